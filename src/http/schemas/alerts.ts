import Type from 'typebox'
import { STREAM_ID_MAX_BYTES } from '../../access/stream-id-rules.ts'
import { ALERT_KINDS } from '../../store/alert-rules.ts'
import { orNull, PAGE, strictObject, Time } from './common.ts'

const NAME_MAX_LENGTH = 256
const DURATION_MAX_S = 86_400
const THRESHOLD_MAX = 10_000_000
export const DEFAULT_DURATION_S = 10

const Kind = Type.Enum([...ALERT_KINDS])
const Name = Type.String({ maxLength: NAME_MAX_LENGTH })
const Player = orNull(
  Type.String({ minLength: 1, maxLength: STREAM_ID_MAX_BYTES }),
  'A player stream ID; null: every stream.',
)
const Threshold = Type.Number({
  minimum: 0,
  maximum: THRESHOLD_MAX,
  description: '`bitrate_below`: kbit/s, `rtt_above`: ms, `loss_above`: percent; the others have none.',
})
const ClearThreshold = Type.Number({
  minimum: 0,
  maximum: THRESHOLD_MAX,
  description: 'The alert is over when the value is at this or beyond.',
})
const seconds = (description: string) =>
  Type.Integer({ minimum: 1, maximum: DURATION_MAX_S, description, default: DEFAULT_DURATION_S })
const For = seconds('How long the condition must hold to raise an alert.')
const ClearFor = seconds('How long its opposite must hold to clear it.')

export type AlertRule = Type.Static<typeof AlertRule>
export const AlertRule = strictObject({
  id: Type.Integer({ minimum: 1 }),
  name: Name,
  kind: Kind,
  player: Player,
  threshold: Threshold,
  clear_threshold: ClearThreshold,
  for_s: For,
  clear_for_s: ClearFor,
  active: Type.Boolean(),
  created: Time,
})

const OPTIONAL = {
  name: Type.Optional(Name),
  player: Type.Optional(Player),
  threshold: Type.Optional(Threshold),
  clear_threshold: Type.Optional(
    orNull(
      ClearThreshold,
      'Null, or left out: 1.1 times the threshold for `bitrate_below` (at most 10000000), 0.9 times for `rtt_above` and `loss_above`.',
    ),
  ),
  for_s: Type.Optional(For),
  clear_for_s: Type.Optional(ClearFor),
  active: Type.Optional(Type.Boolean({ default: true })),
}

export type AlertRuleBody = Type.Static<typeof AlertRuleBody>
export const AlertRuleBody = strictObject({ kind: Kind, ...OPTIONAL })

export type AlertRulePatchBody = Type.Static<typeof AlertRulePatchBody>
export const AlertRulePatchBody = strictObject({ kind: Type.Optional(Kind), ...OPTIONAL })

export type Alert = Type.Static<typeof Alert>
export const Alert = strictObject({
  id: Type.Integer({ minimum: 1 }),
  rule_id: Type.Integer({ minimum: 1, description: 'The rule may be gone.' }),
  name: Type.String({ description: 'Of the rule, when the alert was raised.' }),
  kind: Kind,
  player: Type.String(),
  raised: Time,
  cleared: orNull(Time, 'Null: it is not over.'),
  value: orNull(
    Type.Number(),
    'When it was raised, in the unit of the kind; `stalled`: the seconds of silence; null: `offline`.',
  ),
})

export const AlertsQuery = strictObject({
  state: Type.Optional(
    Type.Enum(['raised', 'all'], {
      default: 'raised',
      description: 'Those that are not over, or past ones too.',
    }),
  ),
  ...PAGE,
})
