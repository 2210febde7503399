import { describe, expect, it } from 'vitest'
import { allows, type Permission } from '../../src/access/api-keys.ts'
import type { Scope } from '../../src/access/scope.ts'
import type { RouteSpec } from '../../src/http/route-spec.ts'
import { ROUTES } from '../../src/http/routes.ts'
import { ask, type Question } from './ask.ts'
import { buildTenants, FORBIDDEN, SHARED, type Tenants } from './tenants.ts'

type Line = Parameters<typeof ask>[1]

interface Sample {
  line: Line
  body?: unknown
}

const METRICS_TOKEN = 'a-token-of-the-metrics'

/** A request to each route that succeeds for whoever may make it, Alfa's keys included. */
const SAMPLES: Record<string, (world: Tenants) => Sample | Promise<Sample>> = {
  'GET /health': () => ({ line: 'GET /health' }),
  'GET /ready': () => ({ line: 'GET /ready' }),
  'GET /metrics': () => ({ line: `GET /metrics?token=${METRICS_TOKEN}` }),
  'GET /openapi.json': () => ({ line: 'GET /openapi.json' }),
  'GET /stats/*': () => ({ line: 'GET /stats/alfa-1' }),
  'GET /api/preview/*': () => ({ line: 'GET /api/preview/alfa-1' }),
  'GET /api/stream-ids': () => ({ line: 'GET /api/stream-ids' }),
  'POST /api/stream-ids': () => ({
    line: 'POST /api/stream-ids',
    body: { publisher: 'alfa-studio', player: 'alfa-2' },
  }),
  'POST /api/stream-ids/import': () => ({
    line: 'POST /api/stream-ids/import?on_conflict=update',
    body: [{ publisher: 'alfa-studio', player: 'alfa-1', max_players: 4 }],
  }),
  'GET /api/stream-ids/*': () => ({ line: 'GET /api/stream-ids/alfa-1' }),
  'PATCH /api/stream-ids/*': () => ({ line: 'PATCH /api/stream-ids/alfa-1', body: { max_players: 4 } }),
  'DELETE /api/stream-ids/*': () => ({ line: 'DELETE /api/stream-ids/alfa-1' }),
  'POST /api/stream-ids/*/tokens': () => ({ line: 'POST /api/stream-ids/alfa-1/tokens', body: {} }),
  'DELETE /api/tokens/*': () => ({ line: 'DELETE /api/tokens/alfa-1' }),
  'GET /api/sessions': () => ({ line: 'GET /api/sessions' }),
  'DELETE /api/sessions/:id': ({ sessions }) => ({ line: `DELETE /api/sessions/${sessions['alfa-1']}` }),
  'DELETE /api/disconnect/*': () => ({ line: 'DELETE /api/disconnect/alfa-1' }),
  'GET /api/refusals': () => ({ line: 'GET /api/refusals' }),
  'GET /api/key': () => ({ line: 'GET /api/key' }),
  'GET /api/keys': () => ({ line: 'GET /api/keys' }),
  'POST /api/keys': () => ({ line: 'POST /api/keys', body: {} }),
  'DELETE /api/keys/:id': () => ({ line: 'DELETE /api/keys/2' }),
  'POST /api/keys/:id/rotate': () => ({ line: 'POST /api/keys/2/rotate' }),
  'GET /api/config': () => ({ line: 'GET /api/config' }),
  'PATCH /api/config': () => ({ line: 'PATCH /api/config', body: { log_level: 'debug' } }),
  'GET /api/access-logs': () => ({ line: 'GET /api/access-logs' }),
  'GET /api/audit-logs': () => ({ line: 'GET /api/audit-logs' }),
  'GET /api/events': () => ({ line: 'GET /api/events' }),
  'GET /api/webhooks': () => ({ line: 'GET /api/webhooks' }),
  'POST /api/webhooks': () => ({ line: 'POST /api/webhooks', body: { url: 'https://hooks.example.com/' } }),
  'GET /api/webhooks/:id': () => ({ line: 'GET /api/webhooks/1' }),
  'PATCH /api/webhooks/:id': () => ({ line: 'PATCH /api/webhooks/1', body: { description: 'x' } }),
  'DELETE /api/webhooks/:id': () => ({ line: 'DELETE /api/webhooks/1' }),
  'POST /api/webhooks/:id/test': () => ({ line: 'POST /api/webhooks/1/test' }),
  'POST /api/webhooks/:id/rotate-secret': () => ({ line: 'POST /api/webhooks/1/rotate-secret' }),
  'GET /api/webhooks/:id/deliveries': () => ({ line: 'GET /api/webhooks/1/deliveries' }),
  'GET /api/analytics': () => ({ line: 'GET /api/analytics' }),
  'GET /api/history': () => ({ line: 'GET /api/history' }),
  'GET /api/status': () => ({ line: 'GET /api/status' }),
  'GET /api/alert-rules': () => ({ line: 'GET /api/alert-rules' }),
  'POST /api/alert-rules': () => ({
    line: 'POST /api/alert-rules',
    body: { kind: 'offline', player: 'alfa-1' },
  }),
  'GET /api/alert-rules/:id': ({ rules }) => ({ line: `GET /api/alert-rules/${rules['alfa-1']}` }),
  'PATCH /api/alert-rules/:id': ({ rules }) => ({
    line: `PATCH /api/alert-rules/${rules['alfa-1']}`,
    body: { active: false },
  }),
  'DELETE /api/alert-rules/:id': ({ rules }) => ({ line: `DELETE /api/alert-rules/${rules['alfa-1']}` }),
  'GET /api/alerts': () => ({ line: 'GET /api/alerts?state=all' }),
  'GET /api/annotations': () => ({ line: 'GET /api/annotations' }),
  'POST /api/annotations': () => ({
    line: 'POST /api/annotations',
    body: { player: 'alfa-1', text: 'Rain' },
  }),
  'DELETE /api/annotations/:id': ({ annotationIds }) => ({
    line: `DELETE /api/annotations/${annotationIds['alfa-1']}`,
  }),
}

const ALFA_PLAYERS: Scope = { players: ['alfa-1', 'alfa-2', 'alfa-3', 'alfa-new'] }
const ALFA_PREFIX: Scope = { prefix: 'alfa-' }

type Role =
  | { name: string; permissions: null; rawKey?: string }
  | { name: string; permissions: Permission; scope: Scope | null }

const LEVELS: readonly Permission[] = ['read', 'write', 'admin']

const ROLES: readonly Role[] = [
  { name: 'nobody', permissions: null },
  { name: 'a wrong key', permissions: null, rawKey: 'x'.repeat(32) },
  ...LEVELS.map(permissions => ({ name: permissions, permissions, scope: null })),
  ...LEVELS.map(permissions => ({ name: `${permissions} of players`, permissions, scope: ALFA_PLAYERS })),
  ...LEVELS.map(permissions => ({ name: `${permissions} of a prefix`, permissions, scope: ALFA_PREFIX })),
]

const nameOf = ({ method, path }: RouteSpec) => `${method} ${path}`

/** The code of the refusal that the route table promises; undefined: none. */
function expectedCode({ access, scoped }: RouteSpec, role: Role): string | undefined {
  if (access === 'public') return undefined
  if (role.permissions === null) return role.rawKey === undefined ? 'API_KEY_MISSING' : 'API_KEY_INVALID'
  if (!allows(role.permissions, access)) return 'PERMISSION_DENIED'
  return role.scope !== null && scoped === 'denied' ? 'SCOPE_DENIED' : undefined
}

const STATUS: Readonly<Record<string, number>> = {
  API_KEY_MISSING: 401,
  API_KEY_INVALID: 401,
  PERMISSION_DENIED: 403,
  SCOPE_DENIED: 403,
}

async function keyOf(world: Tenants, role: Role): Promise<string | undefined> {
  if (role.permissions === null) return role.rawKey
  return role.scope === null
    ? world.keys[role.permissions]
    : world.addKey({ name: role.name, permissions: role.permissions, scope: role.scope })
}

/** Everything that a request could have changed, but for what requests leave behind in any case. */
async function stateOf(world: Tenants): Promise<unknown> {
  const { database, engine, sessions, audit, alerts, annotations, webhooks } = world
  const keys = (await database.apiKeys.all()).map(({ lastUsed, ...key }) => key)
  const connected = Object.values(sessions).filter(id => engine.isConnected(id))
  const all = { scope: null, limit: 1000 }
  return {
    ...{ pairs: await database.streamIds.all(), keys, connected, rules: alerts.rules() },
    alerts: await alerts.find({ ...all, isOpen: false }),
    annotations: await annotations.find(all),
    audit: await audit.find({ limit: 100 }),
    webhooks: await webhooks.store.all(),
    deliveries: await webhooks.deliveries.find(1, { limit: 10 }),
  }
}

const send = (world: Tenants, { line, body }: Sample, key: string | undefined) => {
  const question: Question = { headers: key === undefined ? {} : { 'x-api-key': key } }
  return ask(world.app, line, body === undefined ? question : { ...question, body })
}

/** `POST /api/stream-ids` must not meet a player that exists. */
async function prepared(world: Tenants, spec: RouteSpec): Promise<Sample> {
  if (nameOf(spec) === 'POST /api/stream-ids') await world.streamIds.remove('alfa-2', null)
  const sample = SAMPLES[nameOf(spec)]
  if (sample === undefined) throw new Error(`SAMPLES lacks ${nameOf(spec)}`)
  return sample(world)
}

describe('every route for every role', () => {
  it('has a sample request of every route, and of no other', () => {
    expect(Object.keys(SAMPLES).sort()).toEqual(ROUTES.map(nameOf).sort())
  })

  it('says of every route that wants a key what a bound one may do there', () => {
    for (const { access, scoped } of ROUTES) expect(scoped === 'public').toBe(access === 'public')
  })

  describe.each(ROUTES.map(spec => [nameOf(spec), spec] as const))('%s', (_, spec) => {
    it.each(ROLES.map(role => [role.name, role] as const))('for %s', async (_name, role) => {
      const world = await buildTenants({ metricsToken: METRICS_TOKEN })
      const key = await keyOf(world, role)
      const sample = await prepared(world, spec)
      const before = await stateOf(world)
      const response = await send(world, sample, key)
      const code = expectedCode(spec, role)
      if (code === undefined) {
        expect(Object.keys(spec.answers)).toContain(String(response.statusCode))
        expect(response.statusCode).toBeLessThan(300)
        return
      }
      expect([response.statusCode, response.json().code]).toEqual([STATUS[code], code])
      if (code === 'PERMISSION_DENIED' && spec.denial !== undefined) {
        expect(response.json().message).toBe(spec.denial)
      }
      expect(await stateOf(world)).toEqual(before)
    })
  })
})

interface Attempt extends Sample {
  /** A line of the route table. */
  route: string
  isList?: boolean
  /** The same with an ID that doesn't exist: its answer must be no other. */
  like?: Sample
}

/** Each query beside one that finds nothing in any case, or alone. */
const read = (route: string, ...queries: (string | readonly [string, string])[]): Attempt[] => {
  const sample = (query: string): Sample => ({ line: `GET ${route.slice('GET '.length)}${query}` })
  return ['', ...queries].map(query => {
    if (typeof query === 'string') return { route, isList: true, ...sample(query) }
    return { route, isList: true, ...sample(query[0]), like: sample(query[1]) }
  })
}

/** What Alfa may try to see or change of Bravo. */
function attempts({ sessions, rules, annotationIds }: Tenants): Attempt[] {
  const foreign = ['bravo-1', 'bravo-3', 'bravo-studio', SHARED]
  const ids = foreign.map(streamId => sessions[streamId])
  const alone = ['bravo-1', 'bravo-studio', SHARED, 'alfa-3']
  const rows = [
    { publisher: 'bravo-studio', player: 'alfa-new' },
    { publisher: SHARED, player: 'alfa-new' },
    { publisher: 'alfa-studio', player: 'bravo-1' },
    { publisher: 'alfa-studio', player: 'bravo-new' },
    { publisher: 'bravo-studio', player: 'alfa-1' },
    { publisher: SHARED, player: 'alfa-3', passphrase: 'of Alfa alone' },
    { publisher: 'alfa-studio', player: 'alfa-3' },
  ]
  const about = ['bravo-1', '']
  return [
    ...read('GET /api/alert-rules'),
    ...read('GET /api/key'),
    ...read('GET /api/alerts', '?state=all', '?state=raised&limit=1'),
    ...read(
      'GET /api/annotations',
      '?from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z',
      ['?player=bravo-1', '?player=nothing'],
      [`?player=bravo-1&limit=1`, '?player=nothing&limit=1'],
    ),
    ...about.flatMap(of =>
      (['GET', 'PATCH', 'DELETE'] as const).map((method): Attempt => {
        const body = method === 'PATCH' ? { body: { active: false } } : {}
        return {
          route: `${method} /api/alert-rules/:id`,
          line: `${method} /api/alert-rules/${rules[of]}`,
          ...body,
          like: { line: `${method} /api/alert-rules/999`, ...body },
        }
      }),
    ),
    ...about.map(
      (of): Attempt => ({
        route: 'DELETE /api/annotations/:id',
        line: `DELETE /api/annotations/${annotationIds[of]}`,
        like: { line: 'DELETE /api/annotations/999' },
      }),
    ),
    ...['bravo-1', 'bravo-3', null].flatMap((player): Attempt[] => {
      const like = (line: Line, body: object) => ({ like: { line, body: { ...body, player: 'nothing' } } })
      const [rule, note] = [{ kind: 'offline' }, { text: 'Rain' }]
      const ofAlfa: Line = `PATCH /api/alert-rules/${rules['alfa-1']}`
      return [
        {
          ...{ route: 'POST /api/alert-rules', line: 'POST /api/alert-rules', body: { ...rule, player } },
          ...like('POST /api/alert-rules', rule),
        },
        {
          ...{ route: 'POST /api/annotations', line: 'POST /api/annotations', body: { ...note, player } },
          ...like('POST /api/annotations', note),
        },
        { route: 'PATCH /api/alert-rules/:id', line: ofAlfa, body: { player }, ...like(ofAlfa, {}) },
      ]
    }),
    ...read(
      'GET /api/stream-ids',
      ...['?limit=1000', '?search=studio', '?live=true', '?live=false'],
      ...['?format=csv', '?format=json', '?cursor=MQ&limit=1'],
      ['?search=bravo', '?search=nothing'],
      ['?search=Bravo&limit=1', '?search=nothing&limit=1'],
      ['?search=both&limit=1', '?search=nothing&limit=1'],
      [`?search=${SHARED}&live=true`, '?search=nothing&live=true'],
      [`?publisher=${SHARED}`, '?publisher=nothing'],
      ['?publisher=bravo-studio', '?publisher=nothing'],
      ['?format=csv&search=bravo', '?format=csv&search=nothing'],
      [`?format=csv&publisher=${SHARED}`, '?format=csv&publisher=nothing'],
    ),
    ...read(
      'GET /api/sessions',
      ...['?role=publisher', '?role=player', '?limit=2'],
      ['?player=bravo-1', '?player=nothing'],
      [`?publisher=${SHARED}`, '?publisher=nothing'],
      [`?publisher=${SHARED}&role=player&limit=1`, '?publisher=nothing&role=player&limit=1'],
      ['?publisher=bravo-studio', '?publisher=nothing'],
    ),
    ...read(
      'GET /api/refusals',
      '?reason=unknown-stream-id',
      ['?address=198.51.100.66', '?address=203.0.113.254'],
      ['?reason=bad-passphrase', '?reason=no-encryption'],
    ),
    ...read(
      'GET /api/access-logs',
      ['?key_id=1', '?key_id=999'],
      ['?key_name=admin', '?key_name=nobody'],
      ['?address=198.51.100.66', '?address=203.0.113.254'],
      ['?path=/api/stream-ids/bravo', '?path=/api/nothing'],
      ['?method=PUT', '?method=TRACE'],
    ),
    ...read(
      'GET /api/events',
      ...['?types=publish,play', '?types=refused', '?limit=2'],
      ['?player=bravo-1', '?player=nothing'],
      ['?player=bravo-3', '?player=nothing'],
      ['?types=stream_id.deleted', '?types=key.created'],
    ),
    ...read(
      'GET /api/analytics',
      ...['?period=1h', '?period=30d'],
      ...['bravo-1', 'bravo-3', 'bravo-studio', SHARED].map(
        id => [`?period=1h&player=${id}`, '?period=1h&player=nothing'] as const,
      ),
    ),
    ...read(
      'GET /api/history',
      ...['?role=publisher', '?role=player', '?limit=2'],
      ...['bravo-1', 'bravo-3', 'bravo-studio', SHARED].map(
        id => [`?player=${id}`, '?player=nothing'] as const,
      ),
    ),
    ...foreign.map((id): Attempt => {
      return {
        route: 'GET /api/stream-ids/*',
        line: `GET /api/stream-ids/${id}`,
        like: { line: 'GET /api/stream-ids/none' },
      }
    }),
    ...foreign.map((id): Attempt => {
      return {
        route: 'GET /api/preview/*',
        line: `GET /api/preview/${id}`,
        like: { line: 'GET /api/preview/none' },
      }
    }),
    ...foreign.flatMap(id =>
      [{ max_players: 1 }, { passphrase: 'of Alfa alone' }, { publisher: 'alfa-studio' }].map(
        (body): Attempt => {
          return {
            route: 'PATCH /api/stream-ids/*',
            line: `PATCH /api/stream-ids/${id}`,
            body,
            like: { line: 'PATCH /api/stream-ids/none', body },
          }
        },
      ),
    ),
    ...[{ passphrase: 'of Alfa alone' }, { max_bitrate_kbps: 1 }, { publish_networks: ['10.0.0.1'] }].map(
      (body): Attempt => ({ route: 'PATCH /api/stream-ids/*', line: 'PATCH /api/stream-ids/alfa-3', body }),
    ),
    ...['bravo-studio', SHARED].map((publisher): Attempt => {
      return { route: 'PATCH /api/stream-ids/*', line: 'PATCH /api/stream-ids/alfa-1', body: { publisher } }
    }),
    ...foreign.map((id): Attempt => {
      return {
        route: 'DELETE /api/stream-ids/*',
        line: `DELETE /api/stream-ids/${id}`,
        like: { line: 'DELETE /api/stream-ids/none' },
      }
    }),
    ...foreign.map((id): Attempt => {
      return {
        route: 'POST /api/stream-ids/*/tokens',
        line: `POST /api/stream-ids/${id}/tokens`,
        like: { line: 'POST /api/stream-ids/none/tokens' },
      }
    }),
    ...foreign.map((id): Attempt => {
      return {
        route: 'DELETE /api/tokens/*',
        line: `DELETE /api/tokens/${id}`,
        like: { line: 'DELETE /api/tokens/none' },
      }
    }),
    ...ids.map((id): Attempt => {
      return {
        route: 'DELETE /api/sessions/:id',
        line: `DELETE /api/sessions/${id}`,
        like: { line: 'DELETE /api/sessions/999' },
      }
    }),
    ...alone.map((id): Attempt => {
      return {
        route: 'DELETE /api/disconnect/*',
        line: `DELETE /api/disconnect/${id}`,
        like: { line: 'DELETE /api/disconnect/none' },
      }
    }),
    ...rows
      .slice(0, 4)
      .map((body): Attempt => ({ route: 'POST /api/stream-ids', line: 'POST /api/stream-ids', body })),
    ...rows.flatMap(row =>
      ['fail', 'skip', 'update'].flatMap(onConflict =>
        ['false', 'true'].map((dryRun): Attempt => {
          return {
            route: 'POST /api/stream-ids/import',
            line: `POST /api/stream-ids/import?on_conflict=${onConflict}&dry_run=${dryRun}`,
            body: [{ publisher: 'alfa-studio', player: 'alfa-new-2' }, row],
          }
        }),
      ),
    ),
  ]
}

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
