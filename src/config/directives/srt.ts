import { address, choice, integer, networks, port, size, text, url } from '../kinds.ts'
import type { Row } from '../row.ts'

const MOST_WORKERS = 64

const HLS_REASON = 'this server does not record'

/** Directives of the srt block, in the order of sls.conf.example. */
export const SRT_DIRECTIVES = [
  {
    name: 'log_file',
    key: 'logFile',
    kind: text(1, 4096, 'standard output'),
    default: '',
    apply: 'live',
    explanation: 'File the log is appended to; empty or /dev/stdout for standard output.',
  },
  {
    name: 'log_level',
    key: 'logLevel',
    kind: choice(['trace', 'debug', 'info', 'warning', 'error', 'fatal'], { warn: 'warning' }),
    default: 'info',
    apply: 'live',
    explanation: 'Least severe level that is logged.',
  },
  {
    name: 'pid_file',
    key: 'pidFile',
    kind: text(1, 4096),
    default: '/tmp/sls/pid.txt',
    apply: 'restart',
    explanation: 'File with the process ID, for sls -s reload and sls -s stop.',
  },
  {
    name: 'shutdown_timeout',
    key: 'shutdownTimeoutS',
    kind: integer(1, 300, 's'),
    default: 10,
    apply: 'live',
    explanation: 'How long an orderly shutdown may take before what hangs is named and left behind.',
  },
  {
    name: 'transport',
    key: 'transport',
    kind: choice(['libsrt', 'direct']),
    default: 'libsrt',
    apply: 'restart',
    explanation: 'SRT implementation; this release has libsrt only.',
  },
  {
    name: 'relay_mode',
    key: 'relayMode',
    kind: choice(['timed', 'cut_through']),
    example: 'timed',
    apply: 'restart',
    explanation:
      'Whether packets wait for the latency of the publisher (timed) or pass at once; unset, the transport decides.',
  },
  {
    name: 'worker_threads',
    key: 'workerThreads',
    kind: integer(0, 100),
    default: 1,
    apply: 'restart',
    adjust: value => {
      if (value <= MOST_WORKERS) return { value: Math.max(1, value) }
      return {
        value: MOST_WORKERS,
        warning: `worker_threads above ${MOST_WORKERS} is taken as ${MOST_WORKERS}`,
      }
    },
    explanation: 'Threads that relay streams, each stream on one of them; 0 is taken as 1.',
  },
  {
    name: 'worker_connections',
    key: 'workerConnections',
    kind: integer(1, 1024),
    default: 1024,
    apply: 'restart',
    explanation: 'Publishers and players together for each worker thread; further ones are refused.',
  },
  {
    name: 'ring_size',
    key: 'ringSizeBytes',
    kind: size(256 * 1024, 256 * 1024 * 1024),
    default: 2 * 1024 * 1024,
    apply: 'restart',
    explanation: 'Memory for each live stream, kept for players that are behind.',
  },
  {
    name: 'database_path',
    key: 'databasePath',
    kind: text(1, 4096),
    default: '/var/lib/sls/streams.db',
    apply: 'restart',
    explanation:
      'SQLite file with stream IDs, API keys and the access log; its folder is created if it is missing.',
  },
  {
    name: 'access_log_retention_days',
    key: 'accessLogRetentionDays',
    kind: integer(1, 3650, 'days'),
    default: 30,
    apply: 'live',
    explanation: 'How long entries of the API access log are kept in the database.',
  },
  {
    name: 'http_host',
    key: 'httpHost',
    kind: address(),
    default: '::',
    apply: 'restart',
    explanation: 'IP address the REST API listens on; :: takes IPv4 and IPv6.',
  },
  {
    name: 'http_port',
    key: 'httpPort',
    kind: port(),
    default: 8080,
    apply: 'restart',
    explanation: 'TCP port of the REST API.',
  },
  {
    name: 'cors_header',
    key: 'corsHeader',
    kind: text(1, 1024, 'no header'),
    default: '*',
    apply: 'live',
    explanation: 'Value of Access-Control-Allow-Origin: * or the origin of the web page that uses the API.',
  },
  {
    name: 'trust_proxy',
    key: 'trustProxy',
    kind: networks(),
    default: [],
    apply: 'live',
    explanation:
      'IP addresses and CIDR blocks of proxies whose X-Forwarded-For is believed, such as 127.0.0.1 10.0.0.0/8.',
  },
  {
    name: 'rate_limit_api',
    key: 'rateLimitApiPerMinute',
    kind: integer(1, 1000, 'per minute'),
    default: 30,
    apply: 'live',
    explanation: 'Requests a minute to /api/stream-ids from one client address.',
  },
  {
    name: 'rate_limit_stats',
    key: 'rateLimitStatsPerMinute',
    kind: integer(1, 1000, 'per minute'),
    default: 300,
    apply: 'live',
    explanation:
      'Requests a minute to /stats from one client address; a monitor that polls each second needs 60.',
  },
  {
    name: 'rate_limit_config',
    key: 'rateLimitConfigPerMinute',
    kind: integer(1, 1000, 'per minute'),
    default: 20,
    apply: 'live',
    explanation: 'Requests a minute to /api/keys from one client address.',
  },
  {
    name: 'stat_post_url',
    key: 'statPostUrl',
    kind: url('off'),
    default: '',
    apply: 'live',
    explanation: 'URL that statistics of all connections are posted to as JSON; empty for none.',
  },
  {
    name: 'stat_post_interval',
    key: 'statPostIntervalS',
    kind: integer(1, 60, 's'),
    default: 5,
    apply: 'live',
    explanation: 'Time between two posts to stat_post_url.',
  },
  {
    name: 'record_hls_path_prefix',
    kind: text(1, 4096, 'none'),
    example: '/tmp/mov/sls',
    ignored: HLS_REASON,
    explanation: 'Folder for HLS recordings of the old server.',
  },
] as const satisfies readonly Row[]
