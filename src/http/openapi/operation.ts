import { Check } from 'typebox/value'
import { BODY_LIMIT_BYTES } from '../body-parser.ts'
import type { JsonSchema } from '../json-schema.ts'
import type { Answer, RouteSpec } from '../route-spec.ts'
import { errorResponses } from './errors.ts'
import { documented, type Parameter, queryParameters } from './schema.ts'

const PARAMETER = /\*|:[a-z]+/

/** `/api/stream-ids/*` as `/api/stream-ids/{player}`. */
export function documentedPath({ path, parameter }: RouteSpec): string {
  return path.replace(PARAMETER, `{${parameter?.name ?? 'id'}}`)
}

function pathParameters({ path, parameter }: RouteSpec): Parameter[] {
  if (!PARAMETER.test(path)) return []
  const isWildcard = path.includes('*')
  const slashes = isWildcard ? ' Slashes in it may be sent as they are or percent-encoded.' : ''
  const schema: JsonSchema = { type: 'string', minLength: 1 }
  return [
    {
      name: parameter?.name ?? 'id',
      in: 'path',
      required: true,
      description: `${parameter?.description ?? ''}${slashes}`,
      schema,
      ...(parameter === undefined ? {} : { example: parameter.example }),
    },
  ]
}

interface MediaType {
  schema: JsonSchema
  example?: unknown
}

function mediaType(schema: JsonSchema, example: unknown): MediaType {
  return example === undefined ? { schema } : { schema, example }
}

const JSON_TYPE = 'application/json'
const TEXT: JsonSchema = { type: 'string' }

function requestBody({ body, bodyExample, bodyLimitBytes = BODY_LIMIT_BYTES, alsoConsumes = [] }: RouteSpec) {
  if (body === undefined) return {}
  const others = alsoConsumes.map(type => [type, { schema: TEXT }] as const)
  return {
    requestBody: {
      description: `At most ${bodyLimitBytes} bytes.`,
      required: !Check(body, {}),
      content: {
        [JSON_TYPE]: mediaType(documented(body), bodyExample),
        ...Object.fromEntries(others),
      },
    },
  }
}

function content({ schema, mediaType: type, example }: Answer): Record<string, MediaType> {
  const isText = typeof example === 'string' && type !== undefined
  return {
    ...(schema === undefined
      ? {}
      : { [JSON_TYPE]: mediaType(documented(schema), isText ? undefined : example) }),
    ...(type === undefined ? {} : { [type]: mediaType(TEXT, isText ? example : undefined) }),
  }
}

const header = (name: string) => ({ [name]: { $ref: `#/components/headers/${name}` } })

function response(answer: Answer, isLimited: boolean) {
  const types = content(answer)
  return {
    description: answer.description,
    headers: {
      ...header('X-Request-Id'),
      ...(isLimited ? { ...header('RateLimit'), ...header('RateLimit-Policy') } : {}),
    },
    ...(Object.keys(types).length === 0 ? {} : { content: types }),
  }
}

/** Both kinds of answer can have one status: /ready says 503 for itself. */
function responses(spec: RouteSpec) {
  const own = Object.entries(spec.answers).map(([status, answer]) => [
    status,
    response(answer, spec.limit !== 'none'),
  ])
  return { ...errorResponses(spec), ...Object.fromEntries(own) }
}

function rights({ access, scoped, limit }: RouteSpec): string {
  const budget = limit === 'none' ? 'Not limited.' : `Uses the \`${limit}\` budget.`
  if (access === 'public') return `Needs no API key. ${budget}`
  const bound =
    scoped === 'own' ? 'one bound to some players reaches those only' : 'one bound to some players may not'
  return `Needs a key that may \`${access}\`; ${bound}. ${budget}`
}

/** One line of the route table as an OpenAPI Operation Object. */
export function operation(spec: RouteSpec): object {
  return {
    operationId: spec.operationId,
    tags: [spec.tag],
    summary: spec.summary,
    description: rights(spec),
    ...(spec.access === 'public' ? { security: [] } : {}),
    parameters: [...pathParameters(spec), ...queryParameters(spec.query)],
    ...requestBody(spec),
    responses: responses(spec),
  }
}
