import { describe, expect, it } from 'vitest'
import { describeDirectives } from '../../../src/config/describe.ts'

/** The directives of OpenIRL's srt-live-server with its ranges; the defaults are ours where the old ones are of no use. */
const OLD: [block: string, name: string, range: RegExp, byDefault: string | undefined][] = [
  ['srt', 'log_file', /text/, '""'],
  ['srt', 'log_level', /^trace, debug, info, warning, error, fatal$/, 'info'],
  ['srt', 'worker_threads', /^0 to 100$/, '1'],
  ['srt', 'worker_connections', /^1 to 1024$/, '1024'],
  ['srt', 'stat_post_url', /URL/, '""'],
  ['srt', 'stat_post_interval', /^1 to 60 s$/, '5'],
  ['srt', 'record_hls_path_prefix', /text/, undefined],
  ['srt', 'http_port', /^1 to 65535$/, '8080'],
  ['srt', 'cors_header', /origins/, '*'],
  ['srt', 'database_path', /text/, '/var/lib/sls/streams.db'],
  ['srt', 'rate_limit_api', /^1 to 1000 per minute$/, '30'],
  ['srt', 'rate_limit_stats', /^1 to 1000 per minute$/, '300'],
  ['srt', 'rate_limit_config', /^1 to 1000 per minute$/, '20'],
  ['server', 'listen_player', /^1 to 65535$/, undefined],
  ['server', 'listen_publisher', /^1 to 65535$/, undefined],
  ['server', 'listen_publisher_srtla', /^1 to 65535$/, undefined],
  ['server', 'backlog', /^1 to 1024$/, '100'],
  ['server', 'latency_min', /^0 to 5000 ms$/, '0'],
  ['server', 'latency_max', /^0 to 10000 ms$/, '0'],
  ['server', 'idle_streams_timeout', /^0 to 86400 s, or -1 for never$/, '15'],
  ['server', 'on_event_url', /URL/, '""'],
  ['server', 'stream_ids_file', /text/, undefined],
  ['server', 'publisher_exit_delay', /^1 to 300 s$/, '10'],
  ['server', 'record_hls', /^on, off$/, undefined],
  ['server', 'record_hls_segment_duration', /^1 to 3600 s$/, undefined],
  ['relay', 'type', /^pull, push$/, undefined],
  ['relay', 'mode', /^loop, all, hash$/, undefined],
  ['relay', 'upstreams', /words/, undefined],
  ['relay', 'reconnect_interval', /^1 to 3600 s$/, undefined],
  ['relay', 'idle_streams_timeout', /^0 to 3600 s, or -1 for never$/, undefined],
]

describe('the directives of the old server', () => {
  it.each(OLD)('%s %s', (block, name, range, byDefault) => {
    const directive = describeDirectives().find(each => each.block === block && each.name === name)
    expect(directive?.range).toMatch(range)
    expect(directive?.default).toBe(byDefault)
  })

  it('are required where the old server does not start without them', () => {
    const required = describeDirectives().filter(each => each.required)
    expect(required.map(({ name }) => name)).toEqual(['listen_player', 'listen_publisher'])
  })
})

describe('our own directives', () => {
  const NEW: [name: string, range: RegExp, byDefault: string | undefined][] = [
    ['http_host', /address/, '::'],
    ['srt_host', /address/, '::'],
    ['trust_proxy', /CIDR/, '""'],
    ['access_log_retention_days', /^1 to 3650 days$/, '30'],
    ['relay_mode', /^timed, cut_through$/, undefined],
    ['transport', /^libsrt, direct$/, 'direct'],
    ['egress_batch_ms', /^0 to 50 ms$/, '8'],
    ['player_latency_floor', /^on, off$/, 'on'],
    ['max_rexmit_percent', /^0 to 1000$/, '100'],
    ['udp_send', /^segment, batch, single$/, 'segment'],
    ['port_sharing', /^on, off$/, 'on'],
    ['shutdown_timeout', /^1 to 300 s$/, '10'],
    ['pid_file', /text/, '/tmp/sls/pid.txt'],
    ['ring_size', /^256k to 256m bytes$/, '2m'],
    ['passphrase', /^10 to 79 bytes of text, or ""/, '""'],
    ['pbkeylen', /^0, 16, 24, 32 bytes$/, '0'],
    ['publisher_takeover_after', /^100 to 60000 ms, or -1 for never$/, '1000'],
    ['reorder_tolerance', /^0 to 1000 packets$/, '40'],
    ['on_event_timeout', /^100 to 60000 ms$/, '5000'],
    ['tls_cert', /text, or ""/, '""'],
    ['tls_key', /text, or ""/, '""'],
    ['authz', /^on, log, off$/, 'on'],
    ['api_keys', /JSON/, '""'],
    ['metrics_token', /^16 to 256 printable ASCII/, '""'],
    ['token_secret', /^32 to 256 bytes of text, or ""/, '""'],
    ['rate_limit_api_burst', /^0 to 10000$/, '0'],
    ['rate_limit_stats_burst', /^0 to 10000$/, '0'],
    ['rate_limit_config_burst', /^0 to 10000$/, '0'],
    ['event_retention_days', /^1 to 365 days$/, '7'],
    ['event_limit', /^1000 to 10000000$/, '200000'],
    ['stall_after', /^1 to 3600 s$/, '5'],
    ['webhook_networks', /CIDR/, '""'],
    ['analytics', /^on, off$/, 'on'],
    ['analytics_retention_days', /^1 to 3650 days$/, '400'],
    ['page', /^on, off$/, 'on'],
    ['preview', /^on, off$/, 'on'],
  ]

  it.each(NEW)('%s', (name, range, byDefault) => {
    const directive = describeDirectives().find(each => each.name === name)
    expect(directive?.range).toMatch(range)
    expect(directive?.default).toBe(byDefault)
  })

  it('and the old ones are the whole table', () => {
    expect(describeDirectives()).toHaveLength(OLD.length + NEW.length)
  })
})
