import { describe, expect, it } from 'vitest'
import type { NewEvent } from '../../src/events/hub.ts'
import { buildRealServer, type RealServer } from '../support/real-server.ts'
import { TestEventSource } from './event-source.ts'

const someEvent = (changes: Partial<NewEvent> = {}): NewEvent => ({
  atMs: Date.UTC(2026, 10, 21, 9),
  type: 'play',
  player: 'live_1',
  players: ['live_1'],
  sessionId: 5,
  data: { address: '198.51.100.4' },
  ...changes,
})

const listen = (server: RealServer) => server.app.listen({ host: '127.0.0.1', port: 0 })

describe('GET /api/events as a stream', () => {
  it('tells events as they come', async () => {
    const server = await buildRealServer()
    const url = await listen(server)
    const source = await TestEventSource.open(`${url}/api/events`, { key: server.keys.read })
    expect(source.response.headers['content-type']).toBe('text/event-stream')
    server.events.emit(someEvent())
    const [first] = await source.waitFor(1)
    expect(first).toEqual({
      id: 1,
      event: 'play',
      data: {
        at: '2026-11-21T09:00:00.000Z',
        data: { address: '198.51.100.4' },
        id: 1,
        player: 'live_1',
        players: ['live_1'],
        session_id: 5,
        type: 'play',
      },
    })
  })
})
