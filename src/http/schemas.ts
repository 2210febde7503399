import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { PERMISSIONS } from '../access/api-keys.ts'
import { AppError } from '../lib/errors.ts'

export const StreamIdBody = Type.Object({
  publisher: Type.String({ description: 'Stream ID the publisher sends: 1 to 512 bytes of UTF-8.' }),
  player: Type.String({ description: 'Stream ID the players send: 1 to 512 bytes of UTF-8, unique.' }),
  description: Type.Optional(Type.Union([Type.String({ maxLength: 1024 }), Type.Null()])),
})

export const ApiKeyBody = Type.Object({
  name: Type.Optional(Type.String({ maxLength: 256, default: 'New API Key' })),
  permissions: Type.Optional(
    Type.Union(
      PERMISSIONS.map(name => Type.Literal(name)),
      { default: 'read' },
    ),
  ),
})

export const StatsQuery = Type.Object({
  legacy: Type.Optional(Type.String({ description: 'The old format, if exactly 1.' })),
  reset: Type.Optional(Type.String({ description: 'Present: the counters of this reader begin anew.' })),
  client: Type.Optional(Type.String({ description: 'Tells readers apart that are alike in all the rest.' })),
})

const streamIdBody = Compile(StreamIdBody)
const apiKeyBody = Compile(ApiKeyBody)

const invalid = (sentence: string) => new AppError('BODY_INVALID', sentence)

const isObject = (body: unknown): body is Record<string, unknown> =>
  body !== null && typeof body === 'object' && !Array.isArray(body)

/** Throws BODY_INVALID with the sentence clients know. */
export function readStreamIdBody(body: unknown): Type.Static<typeof StreamIdBody> {
  if (streamIdBody.Check(body)) return body
  const isRequiredThere =
    isObject(body) && typeof body['publisher'] === 'string' && typeof body['player'] === 'string'
  if (!isRequiredThere) throw invalid('Missing or invalid required fields: publisher, player')
  throw invalid('Invalid field: description must be a string of at most 1024 characters')
}

/** Throws BODY_INVALID. */
export function readApiKeyBody(body: unknown): Type.Static<typeof ApiKeyBody> {
  if (apiKeyBody.Check(body)) return body
  if (!isObject(body)) throw invalid('Invalid JSON body: an object is expected')
  const isNameBad = apiKeyBody.Errors(body).some(({ instancePath }) => instancePath === '/name')
  if (isNameBad) throw invalid('Invalid field: name must be a string of at most 256 characters')
  throw invalid(`Invalid field: permissions must be one of ${PERMISSIONS.join(', ')}`)
}
