import { Counter, Gauge, type Registry } from 'prom-client'
import { type CloseReason, REFUSE_CODES, type Role } from '../../engine/contract.ts'

/** Complete by the compiler. */
const CLOSE_REASONS: Readonly<Record<CloseReason, null>> = {
  peer: null,
  idle: null,
  latency: null,
  refused: null,
  duplicate: null,
  slow: null,
  kicked: null,
  replaced: null,
  bitrate: null,
  stopping: null,
}

const ROLES: Readonly<Record<Role, 'publisher' | 'player'>> = { publish: 'publisher', play: 'player' }

export type DeliveryResult = 'taken' | 'failed'

/** The label `role` as people read it. */
export const roleLabel = (role: Role) => ROLES[role]

/** What is counted where it happens. Every combination of labels is there from the start, as 0. */
export function relayInstruments(registry: Registry) {
  const common = { registers: [registry] }
  const gauge = (name: string, help: string) => new Gauge({ name, help, ...common })
  const counter = (name: string, help: string) => new Counter({ name, help, ...common })
  const buildInfo = new Gauge({
    name: 'sls_build_info',
    help: 'Always 1; the versions are in the labels.',
    labelNames: ['version', 'node', 'srt_version'],
    ...common,
  })
  const refusals = new Counter({
    name: 'sls_refusals_total',
    help: 'SRT connections refused, by reason and by the role of the port.',
    labelNames: ['reason', 'role'],
    ...common,
  })
  const sessionsStarted = new Counter({
    name: 'sls_sessions_started_total',
    help: 'SRT sessions begun.',
    labelNames: ['role'],
    ...common,
  })
  const sessionsEnded = new Counter({
    name: 'sls_sessions_ended_total',
    help: 'SRT sessions ended, by reason; unknown: the report was lost in a flood of events.',
    labelNames: ['role', 'reason'],
    ...common,
  })
  for (const role of Object.values(ROLES)) {
    sessionsStarted.inc({ role }, 0)
    for (const reason of Object.keys(REFUSE_CODES)) refusals.inc({ reason, role }, 0)
    for (const reason of [...Object.keys(CLOSE_REASONS), 'unknown']) sessionsEnded.inc({ role, reason }, 0)
  }
  return {
    buildInfo,
    up: gauge('sls_up', '1 while the data plane runs, 0 once it has stopped.'),
    publishers: gauge('sls_publishers', 'Publishers connected.'),
    players: gauge('sls_players', 'Players connected.'),
    connectionsLimit: gauge(
      'sls_connections_limit',
      'How many publishers and players there may be together.',
    ),
    streamIds: gauge('sls_stream_ids', 'Pairs of publisher and player stream ID that are known.'),
    streamsOmitted: gauge('sls_metrics_streams_omitted', 'Live streams without series: there are too many.'),
    playersOmitted: gauge(
      'sls_metrics_players_omitted',
      'Player stream IDs in use without series: there are too many.',
    ),
    refusals,
    sessionsStarted,
    sessionsEnded,
    webhookDeliveries: new Counter({
      name: 'sls_webhook_deliveries_total',
      help: 'Calls of webhooks, by what came of them; a call that failed is made again.',
      labelNames: ['result'],
      ...common,
    }),
    alertsRaised: gauge('sls_alerts_raised', 'Alerts that are raised now, by the rules of /api/alert-rules.'),
    tokensUsed: counter('sls_play_tokens_used_total', 'Sessions begun with a play token.'),
    eventsLost: counter('sls_events_lost_total', 'Events of the data plane that were lost in a flood.'),
    accessLogDropped: counter(
      'sls_access_log_dropped_rows_total',
      'Rows of the access log that could not be written.',
    ),
  }
}

export type RelayInstruments = ReturnType<typeof relayInstruments>
