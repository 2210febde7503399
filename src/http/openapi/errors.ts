import { STATUS } from '../errors.ts'
import type { RouteSpec } from '../route-spec.ts'
import { type ClientErrorCode, isClientErrorCode, MEANINGS } from './error-codes.ts'

/** The body of every error. */
export const ERROR_SCHEMA = {
  type: 'object',
  required: ['code', 'message', 'status'],
  properties: {
    code: { type: 'string', enum: Object.keys(MEANINGS), description: 'What is wrong, for programs.' },
    message: { type: 'string', description: 'What is wrong, for people.' },
    problems: {
      type: 'array',
      description: 'What is wrong, part by part.',
      items: {
        type: 'object',
        required: ['what', 'where'],
        properties: {
          what: { type: 'string', examples: ['must be a whole number from 0 to 1000'] },
          where: { type: 'string', examples: ['max_players', 'row 3, player'] },
        },
        additionalProperties: false,
      },
    },
    status: { type: 'string', const: 'error' },
  },
  additionalProperties: false,
}

/** What every route with these properties can answer. */
function commonCodes({ access, scoped, limit, method, query, body }: RouteSpec): ClientErrorCode[] {
  return [
    'REQUEST_MALFORMED',
    'INTERNAL',
    'DRAINING',
    ...(limit === 'none' ? [] : (['RATE_LIMITED'] as const)),
    ...(query === undefined ? [] : (['QUERY_INVALID'] as const)),
    ...(body === undefined ? [] : (['BODY_INVALID', 'BODY_TOO_LARGE'] as const)),
    ...(access === 'public'
      ? []
      : (['API_KEY_MISSING', 'API_KEY_INVALID', 'PERMISSION_DENIED', 'STORE_UNAVAILABLE'] as const)),
    ...(access !== 'public' && (scoped === 'denied' || method !== 'GET') ? (['SCOPE_DENIED'] as const) : []),
  ]
}

function codesOf(spec: RouteSpec): ClientErrorCode[] {
  const own = (spec.errors ?? []).filter(isClientErrorCode)
  return [...new Set([...commonCodes(spec), ...own])].sort()
}

const example = (code: ClientErrorCode) => ({
  summary: code,
  value: { code, message: MEANINGS[code], status: 'error' },
})

const header = (name: string) => ({ $ref: `#/components/headers/${name}` })

function errorResponse(status: number, codes: readonly ClientErrorCode[]) {
  const retry = status === 429 || status === 503 ? { 'Retry-After': header('Retry-After') } : {}
  return {
    description: codes.map(code => `\`${code}\`: ${MEANINGS[code]}`).join('\n\n'),
    headers: { 'X-Request-Id': header('X-Request-Id'), ...retry },
    content: {
      'application/json': {
        schema: { $ref: '#/components/schemas/Error' },
        examples: Object.fromEntries(codes.map(code => [code, example(code)])),
      },
    },
  }
}

/** The error answers of a route by status. */
export function errorResponses(spec: RouteSpec): Record<string, object> {
  const byStatus = new Map<number, ClientErrorCode[]>()
  for (const code of codesOf(spec)) byStatus.set(STATUS[code], [...(byStatus.get(STATUS[code]) ?? []), code])
  return Object.fromEntries([...byStatus].map(([status, codes]) => [status, errorResponse(status, codes)]))
}
