export interface Problem {
  where: string
  what: string
}

/** What the server answered instead of what was wanted. */
export class ApiError extends Error {
  readonly status: number
  /** As in the table of API.md; 'UNREACHABLE': there was no answer. */
  readonly code: string
  readonly problems: readonly Problem[]
  /** Of a 429 or 503; null: the answer does not say. */
  readonly retryAfterS: number | null
  readonly requestId: string | null

  constructor(
    message: string,
    about: {
      status: number
      code: string
      problems?: readonly Problem[]
      retryAfterS?: number | null
      requestId?: string | null
    },
  ) {
    super(message)
    this.status = about.status
    this.code = about.code
    this.problems = about.problems ?? []
    this.retryAfterS = about.retryAfterS ?? null
    this.requestId = about.requestId ?? null
  }

  get isUnreachable(): boolean {
    return this.code === 'UNREACHABLE'
  }

  /** The server is older than the page, or a part of it is switched off. */
  get isMissing(): boolean {
    return this.code === 'ROUTE_UNKNOWN'
  }

  get isForbidden(): boolean {
    return this.status === 403
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

const isProblem = (value: unknown): value is Problem =>
  isObject(value) && typeof value['where'] === 'string' && typeof value['what'] === 'string'

function retryAfterOf(headers: Headers): number | null {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN)
  return Number.isFinite(seconds) ? seconds : null
}

/** Where the API has one sentence for one field, that is the problem. */
function problemIn(message: string): Problem[] {
  const [, where, what] = /^Invalid (?:field|parameter): (\S+) (.+)$/.exec(message) ?? []
  return where === undefined || what === undefined ? [] : [{ where, what }]
}

/** Of an answer that is not 2xx; `body` is what could be read of it. */
export function errorOf(answer: Response, body: unknown): ApiError {
  const { status, headers } = answer
  const about = { status, retryAfterS: retryAfterOf(headers), requestId: headers.get('x-request-id') }
  if (!isObject(body) || typeof body['code'] !== 'string') {
    return new ApiError(`The server answered ${status}`, { ...about, code: `HTTP_${status}` })
  }
  const message = typeof body['message'] === 'string' ? body['message'] : `The server answered ${status}`
  const listed = Array.isArray(body['problems']) ? body['problems'].filter(isProblem) : []
  const problems = listed.length > 0 ? listed : problemIn(message)
  return new ApiError(message, { ...about, code: body['code'], problems })
}

/** No answer at all. */
export const unreachable = () =>
  new ApiError('The server cannot be reached', { status: 0, code: 'UNREACHABLE' })

/** Anything thrown, as an ApiError: what is none is a fault of the page. */
export const asApiError = (error: unknown): ApiError =>
  error instanceof ApiError
    ? error
    : new ApiError(error instanceof Error ? error.message : String(error), { status: 0, code: 'PAGE' })
