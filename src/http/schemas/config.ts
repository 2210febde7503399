import Type from 'typebox'
import { orNull, strictObject } from './common.ts'

export type Directive = Type.Static<typeof Directive>
export const Directive = strictObject({
  name: Type.String(),
  server: orNull(Type.Integer({ minimum: 0 }), 'Which server block; null: the srt block.'),
  value: orNull(Type.String(), 'As in sls.conf, secrets masked; null: unset.'),
  source: Type.Enum(['default', 'file', 'environment', 'api']),
  place: orNull(Type.String(), 'Where it was set.'),
  persisted: Type.Boolean({ description: 'Set here, and kept over a restart.' }),
  apply: Type.Enum(['live', 'listener', 'restart'], {
    description: '`live` ones can be set here; `listener` ones change with a reload of the file.',
  }),
  range: Type.String(),
  explanation: Type.String(),
})

const DIRECTIVE_MAX_LENGTH = 32_768

/** What stands for a directive's value. */
export type Value = Type.Static<typeof Value>
const Value = Type.Union(
  [
    Type.String({ maxLength: DIRECTIVE_MAX_LENGTH }),
    Type.Number(),
    Type.Boolean(),
    Type.Array(Type.String({ maxLength: DIRECTIVE_MAX_LENGTH }), { maxItems: 1000 }),
    Type.Null(),
  ],
  {
    description:
      'As in sls.conf, without quotes; true and false are on and off; null: back to what the file says.',
    'x-wanted': 'a string, a number, true, false, an array of strings, or null',
  },
)

export const ConfigPatchBody = Type.Object(
  {
    persist: Type.Optional(
      Type.Boolean({ default: false, description: 'Keep it over a restart. Not a directive.' }),
    ),
  },
  { additionalProperties: Value },
)

export const ConfigChange = strictObject({
  directive: Type.String(),
  from: Type.String(),
  to: Type.String(),
})
