import type { Scope } from '../../src/access/scope.ts'
import type { RouteSpec } from '../../src/http/route-spec.ts'
import { ask, type Question } from './ask.ts'
import type { Tenants } from './tenants.ts'

export type Line = Parameters<typeof ask>[1]

export interface Sample {
  line: Line
  body?: unknown
}

export const METRICS_TOKEN = 'a-token-of-the-metrics'

/** A request to each route that succeeds for whoever may make it, Alfa's keys included. */
export const SAMPLES: Record<string, (world: Tenants) => Sample | Promise<Sample>> = {
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

export const ALFA_PLAYERS: Scope = { players: ['alfa-1', 'alfa-2', 'alfa-3', 'alfa-new'] }
export const ALFA_PREFIX: Scope = { prefix: 'alfa-' }

export const nameOf = ({ method, path }: RouteSpec) => `${method} ${path}`

/** Everything that a request could have changed, but for what requests leave behind in any case. */
export async function stateOf(world: Tenants): Promise<unknown> {
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

export const send = (world: Tenants, { line, body }: Sample, key: string | undefined) => {
  const question: Question = { headers: key === undefined ? {} : { 'x-api-key': key } }
  return ask(world.app, line, body === undefined ? question : { ...question, body })
}
