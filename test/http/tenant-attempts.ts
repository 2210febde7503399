import type { Line, Sample } from './route-samples.ts'
import { SHARED, type Tenants } from './tenants.ts'

export interface Attempt extends Sample {
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

/** A route with each of these ids, beside one that is `missing`. */
const onEach = (route: string, ids: readonly unknown[], missing: string): Attempt[] => {
  const lineOf = (id: unknown) => route.replace(/\*|:id/, String(id)) as Line
  return ids.map(id => ({ route, line: lineOf(id), like: { line: lineOf(missing) } }))
}

/** What Alfa may try to see or change of Bravo. */
export function attempts({ sessions, rules, annotationIds }: Tenants): Attempt[] {
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
    ...onEach('GET /api/stream-ids/*', foreign, 'none'),
    ...onEach('GET /api/preview/*', foreign, 'none'),
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
    ...onEach('DELETE /api/stream-ids/*', foreign, 'none'),
    ...onEach('POST /api/stream-ids/*/tokens', foreign, 'none'),
    ...onEach('DELETE /api/tokens/*', foreign, 'none'),
    ...onEach('DELETE /api/sessions/:id', ids, '999'),
    ...onEach('DELETE /api/disconnect/*', alone, 'none'),
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
