import Type from 'typebox'
import { REFUSE_CODES } from '../../engine/contract.ts'
import { orNull, PAGE, strictObject } from './common.ts'

const REASONS = Object.keys(REFUSE_CODES)

export type Refusal = Type.Static<typeof Refusal>
export const Refusal = strictObject({
  id: Type.Integer({ minimum: 1 }),
  at: Type.String({ format: 'date-time', description: 'The last attempt. ISO 8601, UTC.' }),
  first_at: Type.String({ format: 'date-time', description: 'The first of these attempts.' }),
  count: Type.Integer({ minimum: 1, description: 'Attempts that were alike.' }),
  listener: Type.String(),
  role: Type.Enum(['publisher', 'player'], { description: 'What the port is for.' }),
  address: Type.String(),
  port: Type.Integer({ minimum: 0, maximum: 65_535, description: 'Of the last attempt.' }),
  stream_id: Type.String({ description: 'As it was sent, but for the most part hidden.' }),
  reason: Type.Enum(REASONS),
  code: Type.Integer({
    minimum: 0,
    description: "SRT's reject code; 0: the peer saw a close after its handshake.",
  }),
  message: Type.String({ description: 'What is wrong and what to do, in a sentence.' }),
  latency_ms: orNull(Type.Integer({ minimum: 0 }), 'What the peer asked for; null: not known.'),
  encryption: Type.Enum(['unknown', 'none', 'encrypted'], { description: 'What the peer wanted.' }),
})

export const RefusalsQuery = strictObject({
  address: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'From this IP address.' })),
  reason: Type.Optional(Type.Enum(REASONS)),
  ...PAGE,
})
