import type { NewEvent } from '../../src/events/hub.ts'
import type { RealServer } from '../support/real-server.ts'

export const AT_MS = Date.UTC(2026, 10, 21, 9)

export const someEvent = (changes: Partial<NewEvent> = {}): NewEvent => ({
  ...{ atMs: AT_MS, type: 'play', player: 'live_1', players: ['live_1'], sessionId: 5 },
  data: { address: '198.51.100.4' },
  ...changes,
})

/** Events number `first` to `last`, by their session ids. */
export function emitRange({ events }: Pick<RealServer, 'events'>, first: number, last: number): void {
  for (let number = first; number <= last; number++) events.emit(someEvent({ sessionId: number }))
}

export const listen = (server: RealServer) => server.app.listen({ host: '127.0.0.1', port: 0 })
