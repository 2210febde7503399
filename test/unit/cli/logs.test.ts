import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Follower } from '../../../src/cli/logs/follow.ts'
import { eventLine } from '../../../src/cli/logs/line.ts'
import { ApiClient } from '../../../src/cli/remote/client.ts'
import { Fields } from '../../../src/cli/remote/fields.ts'
import { freeTcpPort } from '../../support/ports.ts'
import { until } from '../../support/wait.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** A server that answers each request with the next of these, and the last of them for ever. */
async function fakeServer(answers: readonly Answer[], port?: number) {
  const asked: (string | undefined)[] = []
  const server = createServer((request, response) => {
    asked.push(String(request.headers['last-event-id']))
    answers[Math.min(asked.length, answers.length) - 1]?.(request, response)
  })
  const at = port ?? (await freeTcpPort())
  await new Promise<void>(resolve => server.listen(at, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${at}`, asked, server }
}

const stream = (...texts: string[]): Answer => {
  return (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const text of texts) response.write(text)
  }
}

const message = (id: number) => `id: ${id}\nevent: play\ndata: {"id":${id},"type":"play"}\n\n`

const closing = (answer: Answer): Answer => {
  return (request, response) => {
    answer(request, response)
    response.end()
  }
}

function started(url: string, more: { silenceMs?: number } = {}) {
  const [seen, troubles]: [number[], string[]] = [[], []]
  const ended = new Follower({
    client: new ApiClient({ url, key: 'k' }),
    path: '/api/events',
    lastId: 3,
    onEvent: event => void seen.push(event.number('id')),
    onTrouble: sentence => void troubles.push(sentence),
    ...more,
  })
    .run()
    .catch((error: unknown) => error)
  return { seen, troubles, ended }
}

const wait = (condition: () => boolean, what: string) => until(condition, { deadlineMs: 20_000, what })

/** Ends the follower: what it never takes is a refused key. */
const refusing: Answer = (_, response) => {
  response.writeHead(401, { 'content-type': 'application/json' })
  response.end('{"message":"Invalid API key"}')
}

describe('following events', () => {
  it('comes back after a lost connection with the last id it has seen', { timeout: 60_000 }, async () => {
    const { url, asked } = await fakeServer([
      closing(stream('retry: 1\n', message(4), message(5), 'id: 6\ndata: {"id"')),
      closing(stream(message(6))),
      (_, response) => void response.writeHead(500).end(),
      closing(stream(': nothing\n\n')),
      refusing,
    ])
    const { seen, troubles, ended } = started(url)
    expect(await ended).toMatchObject({ exitCode: 77, message: expect.stringContaining('Invalid API key') })
    expect(seen).toEqual([4, 5, 6])
    expect(asked).toEqual(['3', '5', '6', '6', '6'])
    expect(troubles.filter(sentence => sentence === 'connected again')).toHaveLength(2)
  })

  it('comes back when nothing is heard, not even a heartbeat', { timeout: 60_000 }, async () => {
    const { url, asked } = await fakeServer([stream('retry: 1\n', message(9)), refusing])
    const { seen, troubles, ended } = started(url, { silenceMs: 300 })
    expect(await ended).toMatchObject({ exitCode: 77 })
    expect([seen, asked]).toEqual([[9], ['3', '9']])
    expect(troubles[0]).toContain('it has gone silent')
  })

  it('survives a server that is away for a while', { timeout: 60_000 }, async () => {
    const first = await fakeServer([stream('retry: 1\n', message(4))])
    const { seen, troubles, ended } = started(first.url)
    await wait(() => seen.length === 1, 'the first event')
    first.server.closeAllConnections()
    await new Promise(resolve => first.server.close(resolve))
    await wait(() => troubles.length > 0, 'the trouble to be told')
    await fakeServer([closing(stream(message(5))), refusing], Number(new URL(first.url).port))
    expect(await ended).toMatchObject({ exitCode: 77 })
    expect(seen).toEqual([4, 5])
  })
})

describe('an event as a line', () => {
  const plain = (_style: string, text: string) => text
  const line = (event: unknown) => eventLine(new Fields(event), plain)

  it('says when, what, about whom, and the rest', () => {
    const event = {
      id: 12,
      type: 'unpublish',
      at: '2026-11-21T09:00:00.123Z',
      player: null,
      players: ['live_1', 'live_2'],
      session_id: 5,
      data: {
        publisher: 'stud…',
        reason: 'peer',
        duration_s: 3600,
        note: 'two words',
        none: null,
        list: [1],
      },
    }
    expect(line(event)).toBe(
      '2026-11-21 09:00:00Z  unpublish          live_1,live_2  publisher=stud…  reason=peer  duration_s=3600' +
        '  note="two words"  list=[1]',
    )
  })

  it('cannot do anything to a terminal', () => {
    const event = { type: 'x\u001b[2J', player: 'a\u001b]0;t\u0007', data: { '\u001bk': '\u001b[1m\u202E' } }
    const shown = line(event)
    for (const character of shown) expect(character >= ' ' && character !== '\u202E').toBe(true)
  })

  it('is made of whatever comes', () => {
    for (const event of [null, [], 'x', { at: 'never', players: 'x', data: 7 }, {}])
      expect(typeof line(event)).toBe('string')
  })
})
