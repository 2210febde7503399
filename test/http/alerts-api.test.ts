import { beforeEach, describe, expect, it } from 'vitest'
import { buildRealServer, type RealServer } from '../support/real-server.ts'
import { ask } from './ask.ts'

let server: RealServer

beforeEach(async () => {
  server = await buildRealServer()
  await server.streamIds.add({ publisher: 'studio', player: 'live' }, null)
  await server.streamIds.add({ publisher: 'studio', player: 'backup' }, null)
})

const write = (line: Parameters<typeof ask>[1], body?: unknown) =>
  ask(server.app, line, { key: server.keys.write, ...(body === undefined ? {} : { body }) })
const read = async (line: Parameters<typeof ask>[1]) =>
  (await ask(server.app, line, { key: server.keys.read })).json().data

const create = async (body: unknown) => (await write('POST /api/alert-rules', body)).json().data

/** Seconds, with a look at the end of each. */
async function pass(seconds: number): Promise<void> {
  for (let i = 0; i < seconds; i += 1) {
    server.clock.advance(1000)
    await server.evaluator.tick()
  }
}

describe('alert rules', () => {
  it.each([
    [
      { kind: 'bitrate_below', player: 'live', threshold: 1000 },
      { name: 'bitrate_below', threshold: 1000, clear_threshold: 1100, for_s: 10, clear_for_s: 10 },
    ],
    [
      { kind: 'rtt_above', threshold: 150, name: 'Slow', for_s: 1, clear_for_s: 86_400 },
      { name: 'Slow', player: null, threshold: 150, clear_threshold: 135, for_s: 1, clear_for_s: 86_400 },
    ],
    [
      { kind: 'loss_above', threshold: 0.5 },
      { threshold: 0.5, clear_threshold: 0.45, active: true },
    ],
    [
      { kind: 'loss_above', threshold: 0, active: false },
      { clear_threshold: 0, active: false },
    ],
    [{ kind: 'bitrate_below', threshold: 500, clear_threshold: null }, { clear_threshold: 550 }],
    [
      { kind: 'offline', player: 'live' },
      { threshold: 0, clear_threshold: 0 },
    ],
    [
      { kind: 'stalled', threshold: 0, clear_threshold: 0 },
      { threshold: 0, player: null },
    ],
  ])('are made of %j, listed and shown', async (body, expected) => {
    const response = await write('POST /api/alert-rules', body)
    expect([response.statusCode, response.json().status]).toEqual([200, 'success'])
    const { data } = response.json()
    expect(data).toMatchObject({ kind: body.kind, created: '2026-01-31T12:00:00Z', ...expected })
    expect(await read('GET /api/alert-rules')).toEqual([data])
    expect(await read(`GET /api/alert-rules/${data.id}`)).toEqual(data)
    const { id, created, ...details } = data
    expect(await server.audit.find({ limit: 9 })).toMatchObject([
      { action: 'alert-rule.created', subject: String(id), details, apiKeyName: 'write' },
    ])
  })

  it.each([
    [
      { kind: 'bitrate_below', threshold: 0.5 },
      'threshold must be from 1 to 10000000 kbit/s for bitrate_below',
    ],
    [{ kind: 'bitrate_below' }, 'threshold must be from 1 to 10000000 kbit/s for bitrate_below'],
    [{ kind: 'loss_above', threshold: 101 }, 'threshold must be from 0 to 100 percent for loss_above'],
    [{ kind: 'rtt_above', threshold: -1 }, 'threshold must be a number from 0 to 10000000'],
    [
      { kind: 'bitrate_below', threshold: 1000, clear_threshold: 999 },
      'clear_threshold must be at least the threshold for bitrate_below',
    ],
    [
      { kind: 'rtt_above', threshold: 100, clear_threshold: 101 },
      'clear_threshold must be at most the threshold for rtt_above',
    ],
    [{ kind: 'offline', threshold: 5 }, 'threshold must be left out or 0: offline has none'],
    [{ kind: 'stalled', clear_threshold: 5 }, 'clear_threshold must be left out or 0: stalled has none'],
    [{ kind: 'offline', for_s: 0 }, 'for_s must be a whole number from 1 to 86400'],
    [{ kind: 'offline', clear_for_s: 86_401 }, 'clear_for_s must be a whole number from 1 to 86400'],
    [{ kind: 'fire' }, 'kind must be one of bitrate_below, rtt_above, loss_above, offline, stalled'],
    [{ kind: 'offline', name: 'x'.repeat(257) }, 'name must be a string of at most 256 characters'],
  ])('refuse %j', async (body, problem) => {
    const response = await write('POST /api/alert-rules', body)
    expect([response.statusCode, response.json().code]).toEqual([400, 'BODY_INVALID'])
    expect(response.json().message).toBe(`Invalid field: ${problem}`)
    expect(await read('GET /api/alert-rules')).toEqual([])
  })

  it('want a player that is there', async () => {
    const response = await write('POST /api/alert-rules', { kind: 'offline', player: 'studio' })
    expect([response.statusCode, response.json().code]).toEqual([404, 'STREAM_ID_UNKNOWN'])
    expect(await read('GET /api/alert-rules')).toEqual([])
  })

  it.each([
    [{ threshold: 2000 }, { threshold: 2000, clear_threshold: 2200 }],
    [
      { threshold: 2000, clear_threshold: 2000 },
      { threshold: 2000, clear_threshold: 2000 },
    ],
    [{ clear_threshold: 5000 }, { threshold: 1000, clear_threshold: 5000 }],
    [
      { kind: 'rtt_above', threshold: 200 },
      { kind: 'rtt_above', threshold: 200, clear_threshold: 180 },
    ],
    [
      { kind: 'offline', threshold: 0, player: null },
      { kind: 'offline', player: null, threshold: 0, clear_threshold: 0 },
    ],
    [
      { active: false, name: 'Off', for_s: 3, clear_for_s: 4 },
      { active: false, name: 'Off', for_s: 3 },
    ],
    [{}, {}],
  ])('take the change %j', async (body, expected) => {
    const made = await create({ kind: 'bitrate_below', player: 'live', threshold: 1000 })
    const response = await write(`PATCH /api/alert-rules/${made.id}`, body)
    expect(response.json().data).toEqual({ ...made, ...expected, ...('for_s' in body ? body : {}) })
    expect(await read(`GET /api/alert-rules/${made.id}`)).toEqual(response.json().data)
    const [last] = await server.audit.find({ limit: 1 })
    const isChange = Object.keys(body).length > 0
    expect(last?.action).toBe(isChange ? 'alert-rule.changed' : 'alert-rule.created')
  })

  it('keep a threshold to clear at that was chosen, and say when it does not fit any more', async () => {
    const made = await create({ kind: 'bitrate_below', threshold: 1000, clear_threshold: 3000 })
    const line = `PATCH /api/alert-rules/${made.id}` as const
    expect((await write(line, { threshold: 2000 })).json().data.clear_threshold).toBe(3000)
    const refused = await write(line, { threshold: 4000 })
    expect([refused.statusCode, refused.json().problems]).toEqual([
      400,
      [{ where: 'clear_threshold', what: 'must be at least the threshold for bitrate_below' }],
    ])
    expect((await write(line, { threshold: 4000, clear_threshold: null })).json().data).toMatchObject({
      clear_threshold: 4400,
    })
  })

  it.each(['0', 'x', '1.5', '9'.repeat(16)])('have no id like %s', async id => {
    const { statusCode } = await ask(server.app, `GET /api/alert-rules/${id}`, { key: server.keys.read })
    expect(statusCode).toBe(400)
  })

  it('are unknown once they are deleted', async () => {
    const { id } = await create({ kind: 'offline' })
    const line = `/api/alert-rules/${id}` as const
    expect((await write(`DELETE ${line}`)).body).toBe('{"message":"Alert rule deleted","status":"success"}')
    for (const [method, body] of [['GET'], ['PATCH', {}], ['DELETE']] as const) {
      const response = await write(`${method} ${line}`, body)
      expect([response.statusCode, response.json().code]).toEqual([404, 'ALERT_RULE_UNKNOWN'])
    }
  })

  it('are at most 500, and at most 100 of those that a bound key sees', async () => {
    const key = await server.addKey({ permissions: 'write', scope: { players: ['live'] } })
    const body = { kind: 'offline', player: 'live' }
    const add = (as: string) => ask(server.app, 'POST /api/alert-rules', { key: as, body })
    for (let i = 0; i < 100; i += 1) expect((await add(key)).statusCode).toBe(200)
    const full = await add(key)
    expect([full.statusCode, full.json().code]).toEqual([409, 'ALERT_RULES_FULL'])
    for (let i = 0; i < 400; i += 1) expect((await add(server.keys.write)).statusCode).toBe(200)
    expect((await add(server.keys.write)).json().code).toBe('ALERT_RULES_FULL')
    expect(await read('GET /api/alert-rules')).toHaveLength(500)
  })
})

describe('alerts', () => {
  it('are raised by a stream that is too slow, told, and cleared when it is deleted', async () => {
    const rule = await create({ kind: 'bitrate_below', player: 'live', threshold: 1000, for_s: 3 })
    server.engine.connect({ listener: 'publish:4001', streamId: 'studio' })
    await pass(4)
    const [alert, ...others] = await read('GET /api/alerts')
    expect(others).toEqual([])
    expect(alert).toEqual({
      cleared: null,
      id: alert.id,
      kind: 'bitrate_below',
      name: 'bitrate_below',
      player: 'live',
      raised: '2026-01-31T12:00:04Z',
      rule_id: rule.id,
      value: 0,
    })
    expect(server.alertEvents).toMatchObject([{ type: 'alert.raised', player: 'live' }])
    await server.streamIds.remove('live', null)
    await pass(1)
    expect(await read('GET /api/alerts')).toEqual([])
    expect(await read('GET /api/alerts?state=all')).toEqual([{ ...alert, cleared: '2026-01-31T12:00:05Z' }])
    expect(server.alertEvents).toMatchObject([{ type: 'alert.raised' }, { type: 'alert.cleared' }])
  })

  it('come in pages, newest first', async () => {
    for (const name of ['a', 'b', 'c']) await create({ kind: 'offline', player: 'live', for_s: 1, name })
    await pass(2)
    const names: string[] = []
    let cursor = ''
    for (;;) {
      const line = `GET /api/alerts?limit=1${cursor}` as const
      const { data, next_cursor } = (await ask(server.app, line, { key: server.keys.read })).json()
      names.push(...data.map(({ name }: { name: string }) => name))
      if (next_cursor === null) break
      cursor = `&cursor=${next_cursor}`
    }
    expect(names).toEqual(['c', 'b', 'a'])
  })

  it('of a rule for all streams are seen by a key that is bound to their player, the rule is not', async () => {
    const rule = await create({ kind: 'bitrate_below', threshold: 1000, for_s: 1 })
    server.engine.connect({ listener: 'publish:4001', streamId: 'studio' })
    await pass(2)
    const key = await server.addKey({ scope: { players: ['backup'] } })
    const seen = async (line: Parameters<typeof ask>[1]) => ask(server.app, line, { key })
    expect((await seen('GET /api/alerts')).json().data).toMatchObject([
      { player: 'backup', rule_id: rule.id },
    ])
    expect((await seen('GET /api/alert-rules')).json().data).toEqual([])
    expect((await seen(`GET /api/alert-rules/${rule.id}`)).statusCode).toBe(404)
  })
})
