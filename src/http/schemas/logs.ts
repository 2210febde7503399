import Type from 'typebox'
import { orNull, PAGE, strictObject, Time } from './common.ts'

export type AccessLogRow = Type.Static<typeof AccessLogRow>
export const AccessLogRow = strictObject({
  id: Type.Integer(),
  at: orNull(Time),
  key_id: orNull(Type.Integer(), 'Null: no key that is in the database.'),
  key_name: orNull(Type.String()),
  method: Type.String(),
  path: Type.String({ description: 'Decoded, without the query.' }),
  address: Type.String(),
  status: orNull(Type.Integer(), 'Of the answer.'),
  request_id: orNull(Type.String(), "The answer's X-Request-Id."),
  would_deny: orNull(Type.String(), 'What `authz log` let through.'),
})

const time = (description: string) =>
  Type.Optional(Type.String({ format: 'date-time', maxLength: 64, description }))

export const AccessLogsQuery = strictObject({
  key_id: Type.Optional(Type.Integer({ minimum: 1 })),
  key_name: Type.Optional(Type.String()),
  address: Type.Optional(Type.String({ description: 'Exactly this IP address.' })),
  method: Type.Optional(Type.String({ maxLength: 32, description: 'In upper case.' })),
  status: Type.Optional(Type.Integer({ minimum: 100, maximum: 599 })),
  path: Type.Optional(Type.String({ description: 'Its beginning.' })),
  would_deny: Type.Optional(Type.Boolean({ description: 'Whether `authz log` let it through.' })),
  from: time('From then on. ISO 8601 with Z or an offset.'),
  to: time('Before then. ISO 8601 with Z or an offset.'),
  ...PAGE,
})

export type AuditRow = Type.Static<typeof AuditRow>
export const AuditRow = strictObject({
  id: Type.Integer({ minimum: 1 }),
  at: orNull(Time),
  key_id: orNull(Type.Integer(), 'Null: no key that is in the database.'),
  key_name: orNull(Type.String(), 'Null: no key at all; see the directive `authz`.'),
  address: Type.String(),
  action: Type.String(),
  subject: Type.String({ description: 'What it was done to.' }),
  details: Type.Record(Type.String(), Type.Unknown()),
})

export const AuditLogsQuery = strictObject({
  action: Type.Optional(Type.String({ maxLength: 64, description: 'Exactly this, e.g. `key.created`.' })),
  ...PAGE,
})
