import Type from 'typebox'
import { Check } from 'typebox/value'
import { STREAM_ID_MAX_BYTES } from '../../access/stream-id-rules.ts'
import { MOST } from '../../access/stream-settings.ts'
import { AppError } from '../../lib/errors.ts'
import { readBody } from '../validate.ts'
import { orNull, PAGE, strictObject, successPage, Time } from './common.ts'
import { OPTIONAL_SETTINGS, SETTINGS } from './stream-settings.ts'

const ID_RULE = `1 to ${STREAM_ID_MAX_BYTES} bytes of UTF-8 without control characters.`

export const Publisher = Type.String({ description: `Stream ID that the publisher sends: ${ID_RULE}` })
export const Player = Type.String({ description: `Stream ID that the players send, unique: ${ID_RULE}` })

const DescriptionText = Type.String({ maxLength: MOST.descriptionLength })
export const Description = orNull(DescriptionText, 'For people.')

/** Clients of the old server may send more than is known here. */
export const StreamIdBody = Type.Object({
  publisher: Publisher,
  player: Player,
  description: Type.Optional(Description),
  ...OPTIONAL_SETTINGS,
})

export const StreamIdPatchBody = strictObject({
  publisher: Type.Optional(Publisher),
  description: Type.Optional(Description),
  ...OPTIONAL_SETTINGS,
})

/** What is derived, and so can't be set. */
const DERIVED = {
  id: Type.Integer({ minimum: 1 }),
  has_passphrase: Type.Boolean(),
  live: Type.Boolean({ description: 'Somebody publishes it right now.' }),
  players: Type.Integer({ minimum: 0, description: 'Players connected with this stream ID right now.' }),
  tokens_not_before: orNull(Time, 'Play tokens that were made before are void.'),
  created_at: orNull(Time),
  updated_at: orNull(Time),
}

export const DERIVED_FIELDS: readonly string[] = Object.keys(DERIVED)

/** One pair with everything that may be known of it. */
export type StreamIdDetail = Type.Static<typeof StreamIdDetail>
export const StreamIdDetail = strictObject({
  publisher: Publisher,
  player: Player,
  description: Description,
  ...SETTINGS,
  ...DERIVED,
})

/** As the list without a query has it, since the first release. */
export const StreamIdPair = strictObject({
  publisher: Publisher,
  player: Player,
  description: Type.Optional(Type.String()),
})

export const StreamIdsQuery = strictObject({
  search: Type.Optional(
    Type.String({
      maxLength: STREAM_ID_MAX_BYTES,
      description: 'Part of the player, the publisher or the description.',
    }),
  ),
  publisher: Type.Optional(Type.String({ description: 'Exactly this publisher.' })),
  live: Type.Optional(Type.Boolean({ description: 'Whether somebody publishes the stream right now.' })),
  format: Type.Optional(
    Type.Enum(['json', 'csv'], { description: 'All rows that match in one piece, for an import elsewhere.' }),
  ),
  ...PAGE,
})

const Page = successPage(Type.Union([StreamIdDetail, StreamIdPair]))

/** All pairs, a page of details, or an export. */
export const StreamIdList = strictObject({
  ...Page.properties,
  next_cursor: Type.Optional(Page.properties.next_cursor),
})

const invalid = (sentence: string) => new AppError('BODY_INVALID', sentence)

const isObject = (body: unknown): body is Record<string, unknown> =>
  body !== null && typeof body === 'object' && !Array.isArray(body)

/** Throws BODY_INVALID, for the first release's fields with the sentences clients know. */
export function readStreamIdBody(body: unknown): Type.Static<typeof StreamIdBody> {
  if (!isObject(body) || typeof body['publisher'] !== 'string' || typeof body['player'] !== 'string') {
    if (body !== undefined) throw invalid('Missing or invalid required fields: publisher, player')
  } else if (!isDescription(body['description'])) {
    throw invalid('Invalid field: description must be a string of at most 1024 characters')
  }
  return readBody(StreamIdBody, body)
}

const isDescription = (value: unknown) => value === undefined || Check(Description, value)
