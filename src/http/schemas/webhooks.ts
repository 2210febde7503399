import Type from 'typebox'
import { STREAM_ID_MAX_BYTES } from '../../access/stream-id-rules.ts'
import { EVENT_TYPE_NAMES } from '../../events/catalogue.ts'
import { Count, orNull, PAGE, strictObject, Time } from './common.ts'

const MOST_PLAYERS = 1000

const Url = Type.String({
  minLength: 1,
  maxLength: 2048,
  description: 'http or https, without user, password and fragment.',
})

const Description = Type.String({ maxLength: 256 })

const Events = Type.Array(Type.Enum(['*', ...EVENT_TYPE_NAMES]), {
  minItems: 1,
  maxItems: 100,
  description: 'Types of events; `*` is all.',
})

const Players = Type.Array(Type.String({ minLength: 1, maxLength: STREAM_ID_MAX_BYTES }), {
  maxItems: MOST_PLAYERS,
  description: 'Player stream IDs whose events it gets; empty: all, and those that are about none.',
})

const Secret = Type.String({
  minLength: 1,
  maxLength: 128,
  description: '`whsec_` and 24 to 64 bytes as base64; left out: one is made.',
})

export const WebhookBody = strictObject({
  url: Url,
  events: Type.Optional(Events),
  players: Type.Optional(Players),
  description: Type.Optional(Description),
  secret: Type.Optional(Secret),
})

export const WebhookPatchBody = strictObject({
  url: Type.Optional(Url),
  events: Type.Optional(Events),
  players: Type.Optional(Players),
  description: Type.Optional(Description),
  active: Type.Optional(
    Type.Boolean({ description: 'False pauses, true resumes where it stopped and tries again at once.' }),
  ),
})

export const RotateSecretBody = strictObject({ secret: Type.Optional(Secret) })

export type Delivery = Type.Static<typeof Delivery>
export const Delivery = strictObject({
  id: Type.Integer({ minimum: 0, description: '0: it could not be written down.' }),
  event_id: orNull(Type.Integer({ minimum: 1 }), 'Null: a test, or events that are missing.'),
  event_type: Type.String({ description: 'A type of event, `test`, or `missed`.' }),
  attempt: Type.Integer({ minimum: 0, description: 'From 1; 0: no call was made.' }),
  at: Time,
  duration_ms: Count,
  status: orNull(Type.Integer(), 'Of the answer; null: there was none.'),
  error: orNull(Type.String(), 'Null: it was taken.'),
})

const FIELDS = {
  id: Type.Integer({ minimum: 1 }),
  url: Type.String(),
  events: Type.Array(Type.String()),
  players: Type.Array(Type.String()),
  description: Type.String(),
  active: Type.Boolean(),
  paused_reason: orNull(Type.String(), 'Null: it is active, or was paused by hand.'),
  failing_since: orNull(Time, 'Null: the last call was a success, or there was none.'),
  pending: Type.Integer({ minimum: 0, description: 'Events that wait for it, counted up to 1000.' }),
  created: Time,
  last_delivery: orNull(Delivery, 'Null: there was none.'),
}

export type Webhook = Type.Static<typeof Webhook>
export const Webhook = strictObject(FIELDS)

export const WebhookWithSecret = strictObject({
  ...FIELDS,
  secret: Type.String({ description: 'What signs the calls. This is the only time that it can be seen.' }),
})

export const WebhooksQuery = strictObject(PAGE)
