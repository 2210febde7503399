import { address, integer, numberChoice, onOff, port, text, url } from '../kinds.ts'
import type { Row } from '../row.ts'

const HLS_REASON = 'this server does not record'

/** Directives of a server block, in the order of sls.conf.example. Written in the srt block they are its default. */
export const SERVER_DIRECTIVES = [
  {
    name: 'listen_player',
    key: 'listenPlayer',
    kind: port(),
    required: true,
    example: '4000',
    apply: 'listener',
    explanation: 'UDP port players connect to.',
  },
  {
    name: 'listen_publisher',
    key: 'listenPublisher',
    kind: port(),
    required: true,
    example: '4001',
    apply: 'listener',
    explanation: 'UDP port publishers connect to.',
  },
  {
    name: 'listen_publisher_srtla',
    key: 'listenPublisherSrtla',
    kind: port(),
    example: '4002',
    apply: 'listener',
    explanation: 'UDP port for publishers behind an SRTLA receiver, tuned for packets out of order.',
  },
  {
    name: 'srt_host',
    key: 'srtHost',
    kind: address(),
    default: '::',
    apply: 'listener',
    explanation: 'IP address the UDP ports of this block are bound to; :: takes IPv4 and IPv6.',
  },
  {
    name: 'backlog',
    key: 'backlog',
    kind: integer(1, 1024),
    default: 100,
    apply: 'listener',
    explanation: 'Connections that may wait to be accepted at each port.',
  },
  {
    name: 'latency_min',
    key: 'latencyMinMs',
    kind: integer(0, 5000, 'ms'),
    default: 0,
    apply: 'listener',
    explanation: 'Least SRT latency of publishers, whatever they ask for; 0 leaves it to them.',
  },
  {
    name: 'latency_max',
    key: 'latencyMaxMs',
    kind: integer(0, 10_000, 'ms'),
    default: 0,
    apply: 'live',
    explanation: 'A connection that negotiates a higher SRT latency is refused; 0 for no limit.',
  },
  {
    name: 'passphrase',
    key: 'passphrase',
    kind: text(10, 79, 'no encryption'),
    default: '',
    secret: true,
    apply: 'listener',
    explanation:
      'SRT passphrase that publishers and players of this block must use; empty for no encryption.',
  },
  {
    name: 'pbkeylen',
    key: 'pbkeylenBytes',
    kind: numberChoice([0, 16, 24, 32], 'bytes'),
    default: 0,
    apply: 'listener',
    explanation: 'AES key length offered with the passphrase; 0 is taken as 16.',
  },
  {
    name: 'reorder_tolerance',
    key: 'reorderTolerancePackets',
    kind: integer(0, 1000, 'packets'),
    default: 40,
    apply: 'listener',
    explanation: 'How many packets one may be late before it is reported lost (SRTO_LOSSMAXTTL).',
  },
  {
    name: 'idle_streams_timeout',
    key: 'idleStreamsTimeoutS',
    kind: integer(0, 86_400, 's', { value: -1, means: 'never' }),
    default: 15,
    apply: 'live',
    adjust: value =>
      value === 0
        ? { value: -1, warning: 'idle_streams_timeout 0 is taken as -1, never; write -1' }
        : { value },
    explanation: 'A publisher that sends nothing for this long is closed; -1 for never.',
  },
  {
    name: 'publisher_exit_delay',
    key: 'publisherExitDelayS',
    kind: integer(1, 300, 's'),
    default: 10,
    apply: 'live',
    explanation: 'How long players stay connected when their publisher is gone, and wait for its return.',
  },
  {
    name: 'publisher_takeover_after',
    key: 'publisherTakeoverAfterMs',
    kind: integer(100, 60_000, 'ms', { value: -1, means: 'never' }),
    default: 1000,
    apply: 'live',
    explanation:
      'A publisher silent for this long gives way to a newcomer with the same stream ID; -1 for never.',
  },
  {
    name: 'on_event_url',
    key: 'onEventUrl',
    kind: url('off'),
    default: '',
    apply: 'live',
    explanation:
      'URL asked at each connect, where any answer but 200 refuses, and told at each close; empty for none.',
  },
  {
    name: 'on_event_timeout',
    key: 'onEventTimeoutMs',
    kind: integer(100, 60_000, 'ms'),
    default: 5000,
    apply: 'live',
    explanation: 'A connection is refused when on_event_url has not answered after this.',
  },
  {
    name: 'stream_ids_file',
    kind: text(1, 4096, 'none'),
    example: '/etc/sls/stream_ids.json',
    ignored: 'stream IDs are kept in the database',
    explanation: 'File of stream IDs that versions before the database had.',
  },
  {
    name: 'record_hls',
    kind: onOff(),
    example: 'off',
    ignored: HLS_REASON,
    explanation: 'HLS recording of the old server.',
  },
  {
    name: 'record_hls_segment_duration',
    kind: integer(1, 3600, 's'),
    example: '10',
    ignored: HLS_REASON,
    explanation: 'Segment length of HLS recordings of the old server.',
  },
] as const satisfies readonly Row[]
