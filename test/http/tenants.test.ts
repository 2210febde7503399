import { describe, expect, it } from 'vitest'
import { ROUTES } from '../../src/http/routes.ts'
import { ALFA_PLAYERS, ALFA_PREFIX, type Line, nameOf, send, stateOf } from './route-samples.ts'
import { attempts } from './tenant-attempts.ts'
import { buildTenants, FORBIDDEN } from './tenants.ts'

describe('a key bound to the players of one tenant', () => {
  const KEYS = [
    ['its players', ALFA_PLAYERS],
    ['its prefix', ALFA_PREFIX],
  ] as const

  it.each(KEYS)('by %s sees and changes nothing of another', async (_, scope) => {
    const world = await buildTenants()
    const key = await world.addKey({ name: 'alfa', permissions: 'admin', scope })
    const own = new Set(ROUTES.filter(({ scoped }) => scoped === 'own').map(nameOf))
    const tried = attempts(world)
    expect(new Set(tried.map(({ route }) => route))).toEqual(own)
    const before = await stateOf(world)
    for (const attempt of tried) {
      const response = await send(world, attempt, key)
      const what = `${attempt.line} ${JSON.stringify(attempt.body ?? '')}`
      const text = response.body + JSON.stringify(response.headers)
      expect([what, FORBIDDEN.filter(word => text.includes(word))]).toEqual([what, []])
      if (attempt.isList) expect(response.statusCode).toBe(200)
      else expect([what, response.statusCode >= 400 && response.statusCode < 500]).toEqual([what, true])
      if (attempt.like !== undefined) {
        const missing = await send(world, attempt.like, key)
        expect([what, response.statusCode, response.body]).toEqual([what, missing.statusCode, missing.body])
      }
    }
    expect(await stateOf(world)).toEqual(before)
  })

  it.each(KEYS)('by %s sees all that is its own', async (_, scope) => {
    const world = await buildTenants()
    const key = await world.addKey({ name: 'alfa', permissions: 'admin', scope })
    const get = async (line: Line) => (await send(world, { line }, key)).json().data
    const names = async (line: Line, field: string) =>
      (await get(line)).map((row: Record<string, unknown>) => row[field])
    expect(await names('GET /api/stream-ids', 'player')).toEqual(['alfa-1', 'alfa-2', 'alfa-3'])
    expect(await names('GET /api/stream-ids?format=json', 'publisher')).toEqual([
      'alfa-studio',
      'alfa-studio',
      '',
    ])
    expect(await names('GET /api/sessions', 'stream_id')).toEqual([
      'alfa-studio',
      'alfa-1',
      'alfa-2',
      'alfa-3',
    ])
    expect(await names('GET /api/history?role=player', 'player')).toEqual(['alfa-3', 'alfa-2', 'alfa-1'])
    expect(await names('GET /api/history?role=publisher', 'players')).toEqual([['alfa-1', 'alfa-2']])
    expect(await names('GET /api/history?player=alfa-3', 'publisher')).toEqual([''])
    expect((await get('GET /api/analytics?period=1h')).totals).toMatchObject({
      publisher_sessions: 1,
      player_sessions: 3,
    })
    expect((await get('GET /api/analytics?period=1h')).series).toHaveLength(1)
    expect(await names('GET /api/alert-rules', 'name')).toEqual(['of Alfa'])
    expect(await names('GET /api/annotations', 'text')).toEqual(['of Alfa'])
    // The rule for all streams has found Alfa's players too.
    expect((await names('GET /api/alerts', 'player')).sort()).toEqual([
      'alfa-1',
      'alfa-1',
      'alfa-2',
      'alfa-3',
    ])
    const isPrefix = 'prefix' in scope
    // The publisher of alfa-3 has a player of Bravo too.
    expect(await names('GET /api/events?types=publish', 'players')).toEqual([['alfa-1', 'alfa-2']])
    expect(await names('GET /api/events?types=play', 'player')).toEqual(['alfa-3', 'alfa-2', 'alfa-1'])
    expect(await names('GET /api/events?types=play&player=alfa-3', 'players')).toEqual([['alfa-3']])
    expect(await names('GET /api/refusals', 'address')).toEqual(isPrefix ? ['192.0.2.11'] : [])
    await world.accessLog.flush()
    expect(new Set(await names('GET /api/access-logs', 'key_name'))).toEqual(new Set(['alfa']))
  })
})
