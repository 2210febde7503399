import Type from 'typebox'
import { MOST } from '../../access/stream-settings.ts'
import { PERIODS, type Period } from '../../analytics/reports.ts'
import { Amount, Count, orNull, PAGE, strictObject, Time } from './common.ts'

export const PERIOD_DEFAULT: Period = '24h'

const NAMES = ['1h', '24h', '7d', '30d'] as const satisfies readonly (keyof typeof PERIODS)[]

const Percent = Type.Number({ minimum: 0, maximum: 100 })

export const AnalyticsQuery = strictObject({
  period: Type.Optional(
    Type.Enum([...NAMES], {
      default: PERIOD_DEFAULT,
      description: NAMES.map(name => `${name}: up to now in steps of ${PERIODS[name].stepS} s`).join('; '),
    }),
  ),
  player: Type.Optional(Type.String({ description: 'The stream that this player stream ID leads to now.' })),
})

const Point = strictObject({
  at: Type.String({ format: 'date-time', description: 'The beginning of the step. ISO 8601, UTC.' }),
  bitrate_kbps: Type.Integer({ minimum: 0, description: 'Payload, mean while live.' }),
  bitrate_min_kbps: Type.Integer({ minimum: 0, description: 'Of the lowest ten seconds.' }),
  bitrate_max_kbps: Type.Integer({ minimum: 0, description: 'Of the highest ten seconds.' }),
  rtt_ms: Amount,
  rtt_max_ms: Amount,
  loss_percent: Percent,
  loss_max_percent: Percent,
  buffer_ms: Count,
  players: Type.Number({ minimum: 0, description: 'Mean while live.' }),
  players_max: Count,
  live_s: Type.Number({ minimum: 0, description: 'How long of the step somebody published.' }),
})

const Totals = strictObject({
  publisher_sessions: Count,
  player_sessions: Count,
  watch_s: Type.Integer({ minimum: 0, description: "Time of all players' sessions within the period." }),
  live_s: Type.Integer({ minimum: 0, description: "Time of all publishers' sessions within the period." }),
  bytes_in: Type.Integer({ minimum: 0, description: 'Payload from publishers.' }),
  bytes_out: Type.Integer({ minimum: 0, description: 'Payload to players.' }),
})

const Annotation = strictObject({
  id: Type.Integer({ minimum: 1 }),
  player: orNull(Type.String(), 'Null: about everything.'),
  at: Time,
  until: orNull(Time, 'Null: a moment.'),
  text: Type.String(),
  author: Type.String(),
})

export type AnalyticsReport = Type.Static<typeof AnalyticsReport>
export const AnalyticsReport = strictObject({
  period: Type.Enum([...NAMES]),
  step_s: Type.Integer({ minimum: 1 }),
  from: Time,
  to: Time,
  player: orNull(Type.String(), 'As asked for; null: all streams together.'),
  series: Type.Array(Point),
  totals: Totals,
  annotations: Type.Array(Annotation),
})

export const HistoryQuery = strictObject({
  player: Type.Optional(
    Type.String({
      description: 'Sessions with this player stream ID, and of publishers of the stream it leads to now.',
    }),
  ),
  role: Type.Optional(Type.Enum(['publisher', 'player'])),
  ...PAGE,
})

export type HistorySession = Type.Static<typeof HistorySession>
export const HistorySession = strictObject({
  id: Type.Integer({ minimum: 1 }),
  session_id: Type.Integer({
    minimum: 1,
    description: 'As at /api/sessions; it begins anew with each start of the server.',
  }),
  role: Type.Enum(['publisher', 'player']),
  player: orNull(Type.String(), "Null: it is a publisher's session."),
  players: Type.Array(Type.String(), { description: 'Player stream IDs that the stream has now.' }),
  publisher: Type.String({
    description: 'Masked; empty: other players than those of the asking key depend on it too.',
  }),
  address: Type.String(),
  srt_version: Type.String(),
  encryption: Type.String(),
  latency_ms: Count,
  started: Time,
  ended: orNull(Time, 'Null: it goes on.'),
  duration_s: Count,
  reason: orNull(
    Type.String(),
    'Why it ended, as in the log; `crash`: the server ended without a word, `unknown`: the end was not told, ' +
      '`analytics-off`: it was no longer watched.',
  ),
  bytes: Type.Integer({ minimum: 0, description: 'Payload; of one that goes on up to ten seconds old.' }),
})

export type PublicStream = Type.Static<typeof PublicStream>
export const PublicStream = strictObject({
  name: Type.String({ maxLength: MOST.publicNameLength }),
  live: Type.Boolean(),
  since: orNull(Time, 'Since when it is live.'),
  availability_percent: orNull(
    Percent,
    'For how much of the last 30 days, or of the time since it was first live, somebody published it. Null: nothing ' +
      'was measured.',
  ),
})
