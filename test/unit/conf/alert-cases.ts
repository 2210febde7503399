/** Series in promtool's notation ('1+2x3' is 1 3 5 7), one value each 15 s. */
type Series = Readonly<Record<string, string>>

export interface AlertCase {
  alert: string
  /** With these it fires when ten minutes have passed… */
  fires: Series
  /** …how often. */
  count?: number
  /** With each of these it doesn't. */
  quiet: readonly Series[]
}

const RELAY = 'instance="relay:8080", job="sls"'
const STREAM = `stream="live_1", ${RELAY}`
const PLAYER = `player="live_1", ${STREAM}`

/** Of a stream: packets received, lost and dropped in 15 s. */
const link = (received: number, lost: number, dropped: number): Series => ({
  [`sls_stream_received_packets_total{${STREAM}}`]: `0+${received}x60`,
  [`sls_stream_lost_packets_total{${STREAM}}`]: `0+${lost}x60`,
  [`sls_stream_dropped_packets_total{${STREAM}}`]: `0+${dropped}x60`,
})
const stream = (up: string, bytesPerSecond: string): Series => ({
  [`sls_stream_up{${STREAM}}`]: up,
  [`sls_stream_rate_bytes_per_second{${STREAM}}`]: bytesPerSecond,
})
const delay = (rttS: number, latencyS: number): Series => ({
  [`sls_stream_rtt_seconds{${STREAM}}`]: `${rttS}x60`,
  [`sls_stream_latency_seconds{${STREAM}}`]: `${latencyS}x60`,
})
const full = (publishers: number, players: number): Series => ({
  [`sls_publishers{${RELAY}}`]: `${publishers}x60`,
  [`sls_players{${RELAY}}`]: `${players}x60`,
  [`sls_connections_limit{${RELAY}}`]: '100x60',
})
const http = (good: number, bad: number): Series => ({
  [`sls_http_requests_total{method="GET", route="/health", status="200", ${RELAY}}`]: `0+${good}x60`,
  [`sls_http_requests_total{method="GET", route="/stats/*", status="500", ${RELAY}}`]: `0+${bad}x60`,
})
const refusals = (each15S: number): Series => ({
  [`sls_refusals_total{reason="not-live", role="player", ${RELAY}}`]: `0+${each15S}x60`,
  [`sls_refusals_total{reason="forbidden", role="player", ${RELAY}}`]: '0+1x60',
})
const one = (name: string, labels: string, values: string): Series => ({ [`${name}{${labels}}`]: values })
const limit = (sessions: number, maxPlayers: number): Series => ({
  [`sls_player_sessions{${PLAYER}}`]: `${sessions}x60`,
  ...(maxPlayers === 0 ? {} : { [`sls_player_sessions_limit{${PLAYER}}`]: `${maxPlayers}x60` }),
})

export const ALERT_CASES: readonly AlertCase[] = [
  { alert: 'SlsDown', fires: one('up', RELAY, '0x60'), quiet: [one('up', RELAY, '1x60')] },
  // Not configured, or gone from service discovery.
  { alert: 'SlsDown', fires: one('up', 'job="other"', '1x60'), quiet: [one('up', RELAY, '1x37 0x3')] },
  { alert: 'SlsRelayStopped', fires: one('sls_up', RELAY, '0x60'), quiet: [one('sls_up', RELAY, '1x60')] },
  {
    alert: 'SlsRestarted',
    fires: one('process_start_time_seconds', RELAY, '500x60'),
    quiet: [
      one('process_start_time_seconds', RELAY, '200x60'),
      one('process_start_time_seconds', 'job="other"', '500x60'),
    ],
  },
  { alert: 'SlsConnectionsNearLimit', fires: full(1, 90), quiet: [full(1, 89), full(90, 0)] },
  { alert: 'SlsRefusalFlood', fires: refusals(30), quiet: [refusals(14)] },
  {
    alert: 'SlsEventLoopLag',
    fires: one('nodejs_eventloop_lag_p99_seconds', RELAY, '0.6x60'),
    quiet: [
      one('nodejs_eventloop_lag_p99_seconds', RELAY, '0.4x60'),
      one('nodejs_eventloop_lag_p99_seconds', 'job="other"', '0.6x60'),
    ],
  },
  { alert: 'SlsHttpErrors', fires: http(90, 10), quiet: [http(98, 2), http(0, 0)] },
  {
    alert: 'SlsAccessLogDropped',
    fires: one('sls_access_log_dropped_rows_total', RELAY, '0x30 5x30'),
    quiet: [one('sls_access_log_dropped_rows_total', RELAY, '5x60')],
  },
  {
    alert: 'SlsWebhooksFail',
    fires: {
      [`sls_webhook_deliveries_total{${RELAY},result="failed"}`]: '0+1x60',
      [`sls_webhook_deliveries_total{${RELAY},result="taken"}`]: '5x60',
    },
    quiet: [
      one('sls_webhook_deliveries_total', `${RELAY},result="failed"`, '5x60'),
      {
        [`sls_webhook_deliveries_total{${RELAY},result="failed"}`]: '0+1x60',
        [`sls_webhook_deliveries_total{${RELAY},result="taken"}`]: '0+1x60',
      },
    ],
  },
  {
    alert: 'SlsEventsLost',
    fires: one('sls_events_lost_total', RELAY, '0x30 5x30'),
    quiet: [one('sls_events_lost_total', RELAY, '5x60')],
  },
  {
    alert: 'SlsStreamsWithoutMetrics',
    fires: {
      [`sls_metrics_streams_omitted{${RELAY}}`]: '1x60',
      [`sls_metrics_players_omitted{${RELAY}}`]: '0x60',
    },
    quiet: [
      {
        [`sls_metrics_streams_omitted{${RELAY}}`]: '0x60',
        [`sls_metrics_players_omitted{${RELAY}}`]: '0x60',
      },
    ],
  },
  {
    alert: 'SlsStreamsWithoutMetrics',
    fires: one('sls_metrics_players_omitted', RELAY, '1x60'),
    quiet: [one('sls_metrics_players_omitted', RELAY, '0x60')],
  },
  {
    alert: 'SlsStreamEnded',
    fires: stream('1x20 0x40', '0x60'),
    quiet: [stream('1x60', '0x60'), stream('0x60', '0x60'), stream('1x38 0x22', '0x60')],
  },
  {
    alert: 'SlsStreamSilent',
    fires: stream('1x60', '0x60'),
    quiet: [stream('1x60', '1x60'), stream('0x60', '0x60'), stream('1x60', '9x38 0x22')],
  },
  {
    alert: 'SlsStreamBitrateLow',
    fires: stream('1x60', '62000x60'),
    quiet: [stream('1x60', '63000x60'), stream('1x60', '0x60'), stream('0x60', '62000x60')],
  },
  { alert: 'SlsStreamLossHigh', fires: link(1000, 60, 0), quiet: [link(1000, 40, 0), link(0, 0, 0)] },
  { alert: 'SlsStreamDropping', fires: link(1000, 10, 10), quiet: [link(1000, 60, 4), link(0, 0, 0)] },
  {
    alert: 'SlsStreamUndecrypted',
    fires: one('sls_stream_undecrypted_packets_total', STREAM, '0+5x60'),
    quiet: [one('sls_stream_undecrypted_packets_total', STREAM, '5x60')],
  },
  { alert: 'SlsStreamRttHigh', fires: delay(0.6, 2), quiet: [delay(0.5, 2)] },
  { alert: 'SlsStreamLatencyTight', fires: delay(0.05, 0.12), quiet: [delay(0.04, 0.12)] },
  { alert: 'SlsPlayersNearLimit', fires: limit(9, 10), quiet: [limit(8, 10), limit(1000, 0)] },
  {
    alert: 'SlsPlayersBehind',
    fires: one('sls_player_ring_overruns_total', PLAYER, '0+1x60'),
    quiet: [one('sls_player_ring_overruns_total', PLAYER, '3x60')],
  },
]

/** A file for `promtool test rules`; JSON is YAML. */
export function promtoolTests(ruleFile: string): string {
  const tests = ALERT_CASES.flatMap(({ alert, fires, count = 1, quiet }) => [
    testOf(alert, fires, count),
    ...quiet.map(series => testOf(alert, series, 0)),
  ])
  return JSON.stringify({ rule_files: [ruleFile], evaluation_interval: '15s', tests })
}

function testOf(alert: string, series: Series, count: number): object {
  const expr = `count(ALERTS{alertname="${alert}", alertstate="firing"}) or vector(0)`
  return {
    name: `${alert} ${count}`,
    interval: '15s',
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    promql_expr_test: [{ expr, eval_time: '10m', exp_samples: [{ labels: '{}', value: count }] }],
  }
}
