import { choice, integer, words } from '../kinds.ts'
import type { IgnoredRow } from '../row.ts'

export const RELAY_REASON = 'this server does not pull from or push to other servers'

/** Directives of the relay block of the old server; it never relayed anything there either. */
export const RELAY_DIRECTIVES = [
  {
    name: 'type',
    kind: choice(['pull', 'push']),
    example: 'pull',
    ignored: RELAY_REASON,
    explanation: 'Direction of the relay.',
  },
  {
    name: 'mode',
    kind: choice(['loop', 'all', 'hash']),
    example: 'loop',
    ignored: RELAY_REASON,
    explanation: 'How an upstream is chosen.',
  },
  {
    name: 'upstreams',
    kind: words(),
    example: '192.0.2.1:4001 192.0.2.2:4001',
    ignored: RELAY_REASON,
    explanation: 'The other servers.',
  },
  {
    name: 'reconnect_interval',
    kind: integer(1, 3600, 's'),
    example: '10',
    ignored: RELAY_REASON,
    explanation: 'Time between two attempts.',
  },
  {
    name: 'idle_streams_timeout',
    kind: integer(0, 3600, 's', { value: -1, means: 'never' }),
    example: '10',
    ignored: RELAY_REASON,
    explanation: 'A relay without data for this long is closed.',
  },
] as const satisfies readonly IgnoredRow[]
