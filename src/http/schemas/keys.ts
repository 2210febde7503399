import Type from 'typebox'
import { PERMISSIONS } from '../../access/api-keys.ts'
import { STREAM_ID_MAX_BYTES } from '../../access/stream-id-rules.ts'
import { AppError } from '../../lib/errors.ts'
import { readBody } from '../validate.ts'
import { orNull, strictObject, Time } from './common.ts'

const DEFAULT_NAME = 'New API Key'
const NAME_MAX_LENGTH = 256
const SCOPE_MAX_PLAYERS = 1000
const RATE_MAX_PER_MINUTE = 100_000
/** Ten years. */
const EXPIRES_IN_MAX_S = 315_360_000
const OVERLAP_MAX_S = 604_800

const Permissions = Type.Enum([...PERMISSIONS])

export const KeyScope = Type.Union(
  [
    strictObject({
      players: Type.Array(Type.String({ minLength: 1, maxLength: STREAM_ID_MAX_BYTES }), {
        maxItems: SCOPE_MAX_PLAYERS,
        description: 'Player stream IDs.',
      }),
    }),
    strictObject({
      prefix: Type.String({
        minLength: 1,
        maxLength: STREAM_ID_MAX_BYTES,
        description: 'The beginning of player stream IDs.',
      }),
    }),
  ],
  {
    description: 'The key sees and changes these players only.',
    'x-wanted': 'an object with either players, 1 to 1000 player stream IDs, or prefix',
  },
)

const RateLimit = Type.Integer({
  minimum: 1,
  maximum: RATE_MAX_PER_MINUTE,
  description: 'Requests a minute and category.',
})

/** Clients of the old server may send more than is known here. */
export const ApiKeyBody = Type.Object({
  name: Type.Optional(Type.String({ maxLength: NAME_MAX_LENGTH, default: DEFAULT_NAME })),
  permissions: Type.Optional(Type.Enum([...PERMISSIONS], { default: 'read' })),
  expires_at: Type.Optional(
    orNull(
      Type.String({ format: 'date-time', maxLength: 64 }),
      'In the future; ISO 8601 with Z or an offset.',
    ),
  ),
  expires_in: Type.Optional(
    orNull(Type.Integer({ minimum: 1, maximum: EXPIRES_IN_MAX_S }), 'Seconds; instead of expires_at.'),
  ),
  scope: Type.Optional(orNull(KeyScope)),
  rate_limit: Type.Optional(orNull(RateLimit, 'Instead of the configured one.')),
})

export const RotateBody = strictObject({
  overlap: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: OVERLAP_MAX_S,
      default: 0,
      description: 'Seconds for which the old key goes on.',
    }),
  ),
})

/** A key for people; the key itself is never shown again. */
export type Key = Type.Static<typeof Key>
export const Key = strictObject({
  id: Type.Union([Type.Integer({ minimum: 1 }), Type.String()], {
    description: 'A number, or such as `conf:1` for a key of the configuration.',
  }),
  name: Type.String(),
  permissions: Permissions,
  source: Type.Enum(['database', 'configuration']),
  prefix: orNull(Type.String(), 'The first characters of the key, to tell it by.'),
  active: Type.Boolean(),
  scope: orNull(KeyScope, 'Null: everything.'),
  rate_limit: orNull(RateLimit, 'Null: the configured one.'),
  created_at: orNull(Time),
  last_used: orNull(Time),
  expires_at: orNull(Time),
})

export const NewKey = strictObject({
  api_key: Type.String({ description: 'The key. This is the only time that it can be seen.' }),
  data: Key,
  message: Type.String(),
  status: Type.Literal('success'),
})

const PERMISSIONS_SENTENCE = `Invalid field: permissions must be one of ${PERMISSIONS.join(', ')}`

/** Throws BODY_INVALID, for the first release's fields with the sentences clients know. */
export function readApiKeyBody(body: unknown): Type.Static<typeof ApiKeyBody> {
  try {
    return readBody(ApiKeyBody, body)
  } catch (error) {
    const isOnPermissions = error instanceof AppError && error.message.includes('permissions must be')
    if (!isOnPermissions) throw error
    throw new AppError('BODY_INVALID', PERMISSIONS_SENTENCE, { cause: error })
  }
}
