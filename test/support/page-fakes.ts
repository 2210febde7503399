import type { Page, Route } from 'playwright-core'

/** An answer of the API; data undefined: an error. */
export interface FakeAnswer {
  status: number
  body: unknown
}

export interface FakeRequest {
  method: string
  path: string
  query: URLSearchParams
  headers: Readonly<Record<string, string>>
  body: Record<string, unknown>
}

export const success = (data: unknown): FakeAnswer => ({ status: 200, body: { data, status: 'success' } })

export const page = (data: readonly unknown[], nextCursor: string | null = null): FakeAnswer => ({
  status: 200,
  body: { data, next_cursor: nextCursor, status: 'success' },
})

export const done = (message: string): FakeAnswer => ({ status: 200, body: { message, status: 'success' } })

export const unknownRoute = (): FakeAnswer => ({
  status: 404,
  body: { code: 'ROUTE_UNKNOWN', message: 'Not found', status: 'error' },
})

export const invalid = (where: string, what: string): FakeAnswer => ({
  status: 400,
  body: {
    code: 'BODY_INVALID',
    message: `Invalid field: ${where} ${what}`,
    problems: [{ where, what }],
    status: 'error',
  },
})

function bodyOf(route: Route): Record<string, unknown> {
  const text = route.request().postData()
  return text === null ? {} : JSON.parse(text)
}

/** Answers for the server where `answer` does; undefined: the server answers. Keeps what was asked. */
export async function answerInstead(
  browserPage: Page,
  answer: (request: FakeRequest) => FakeAnswer | undefined,
): Promise<FakeRequest[]> {
  const asked: FakeRequest[] = []
  await browserPage.route(
    url => url.pathname.startsWith('/api/'),
    async route => {
      const url = new URL(route.request().url())
      const request = {
        method: route.request().method(),
        path: url.pathname,
        query: url.searchParams,
        headers: route.request().headers(),
        body: bodyOf(route),
      }
      const found = answer(request)
      if (found === undefined) return route.fallback()
      asked.push(request)
      await route.fulfill({ status: found.status, json: found.body })
    },
  )
  return asked
}
