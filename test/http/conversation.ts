/** One exchange of the conversation that was recorded with the server we replace. */
export interface Step {
  name: string
  method: string
  path: string
  /** 'admin', the name of an earlier step that made a key, or nobody. */
  key: string | undefined
  /** Sent instead of the key. */
  authorization?: string
  body?: string
}

function step(name: string, method: string, path: string, key: string | undefined, body?: unknown): Step {
  if (body === undefined) return { name, method, path, key }
  return { name, method, path, key, body: typeof body === 'string' ? body : JSON.stringify(body) }
}

const IDS = '/api/stream-ids'
const KEYS = '/api/keys'

export const CONVERSATION: readonly Step[] = [
  step('health', 'GET', '/health', undefined),
  step('list-noauth', 'GET', IDS, undefined),
  { ...step('list-badauth', 'GET', IDS, undefined), authorization: 'Bearer nope' },
  { ...step('list-basic', 'GET', IDS, undefined), authorization: 'Basic eA==' },
  step('list-empty', 'GET', IDS, 'admin'),
  step('add', 'POST', IDS, 'admin', { publisher: 'studio_1', player: 'live_stream', description: 'Main' }),
  step('add-dup', 'POST', IDS, 'admin', { publisher: 'studio_1', player: 'live_stream' }),
  step('add-second-player', 'POST', IDS, 'admin', { publisher: 'studio_1', player: 'backup_view' }),
  step('add-missing', 'POST', IDS, 'admin', { publisher: 'studio_1' }),
  step('add-badjson', 'POST', IDS, 'admin', '{bad'),
  step('add-badtype', 'POST', IDS, 'admin', { publisher: 1, player: 'x' }),
  step('add-slash', 'POST', IDS, 'admin', { publisher: 'a/b', player: 'live/x y' }),
  step('list', 'GET', IDS, 'admin'),
  step('stats-offline', 'GET', '/stats/live_stream', undefined),
  step('stats-offline-legacy', 'GET', '/stats/live_stream?legacy=1', undefined),
  step('stats-unknown', 'GET', '/stats/nobody', undefined),
  step('stats-unknown-legacy', 'GET', '/stats/nobody?legacy=1', undefined),
  step('stats-publisher-name', 'GET', '/stats/studio_1', undefined),
  step('stats-slash', 'GET', '/stats/live/x%20y', undefined),
  step('readkey', 'POST', KEYS, 'admin', { name: 'ro', permissions: 'read' }),
  step('writekey', 'POST', KEYS, 'admin', { name: 'rw', permissions: 'write' }),
  step('defaultkey', 'POST', KEYS, 'admin', {}),
  step('key-badjson', 'POST', KEYS, 'admin', 'x'),
  step('read-lists', 'GET', IDS, 'readkey'),
  step('read-adds', 'POST', IDS, 'readkey', { publisher: 'p', player: 'q' }),
  step('write-adds', 'POST', IDS, 'writekey', { publisher: 'p', player: 'q' }),
  step('write-deletes', 'DELETE', `${IDS}/q`, 'writekey'),
  step('write-keys', 'POST', KEYS, 'writekey', { name: 'z', permissions: 'read' }),
  step('read-keys', 'POST', KEYS, 'readkey', { name: 'z', permissions: 'read' }),
  step('delete-unknown', 'DELETE', `${IDS}/nobody`, 'admin'),
  step('delete', 'DELETE', `${IDS}/live_stream`, 'admin'),
  step('delete-slash', 'DELETE', `${IDS}/live/x%20y`, 'admin'),
  step('delete-again', 'DELETE', `${IDS}/live_stream`, 'admin'),
  step('list-end', 'GET', IDS, 'admin'),
]
