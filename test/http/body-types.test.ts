import Type from 'typebox'
import { describe, expect, it } from 'vitest'
import { sendJson } from '../../src/http/json.ts'
import type { RouteSpec } from '../../src/http/route-spec.ts'
import { bearer, buildTestServer } from '../support/build.ts'

function route(path: string, changes: Partial<RouteSpec>): RouteSpec {
  return {
    method: 'POST',
    path,
    access: 'write',
    scoped: 'own',
    limit: 'api',
    tag: 'Test',
    operationId: path.slice(1),
    summary: 'Tells what body it got.',
    body: Type.Unknown(),
    answers: { 200: { description: 'The body.' } },
    handler: () => (request, reply) =>
      sendJson(reply, 200, { body: request.body ?? null, type: request.bodyType }),
    ...changes,
  }
}

function withoutBody({ body: _, ...rest }: RouteSpec): RouteSpec {
  return rest
}

const TABLE = [
  route('/csv', { alsoConsumes: ['text/csv'], bodyLimitBytes: 100 }),
  route('/json', {}),
  route('/patch', { method: 'PATCH' }),
  withoutBody(route('/none', {})),
]

async function send(url: string, contentType: string, payload: string | Buffer) {
  const { app, keys } = buildTestServer({}, {}, { routes: TABLE })
  const headers = { ...bearer(keys.write), 'content-type': contentType }
  const method = url === '/patch' ? 'PATCH' : 'POST'
  const response = await app.inject({ method, url, headers, payload })
  return { status: response.statusCode, answer: response.json() }
}

describe('a route that takes CSV as well', () => {
  it.each(['text/csv', 'TEXT/CSV', 'text/csv; charset=utf-8', ' text/csv ;header=present'])(
    'gets the text of %j as it is',
    async type => {
      const { status, answer } = await send('/csv', type, '{"a":1},"ü"\r\n')
      expect({ status, answer }).toEqual({
        status: 200,
        answer: { body: '{"a":1},"ü"\r\n', type: 'text/csv' },
      })
    },
  )

  it.each(['application/json', 'text/plain', '', 'text/csvx', 'nonsense;;'])(
    'gets JSON of whatever else it is called: %j',
    async type => {
      expect((await send('/csv', type, '{"a":1}')).answer.body).toEqual({ a: 1 })
    },
  )

  it('wants UTF-8, and leaves the byte order mark aside', async () => {
    const bad = await send('/csv', 'text/csv', Buffer.from('6162ff', 'hex'))
    expect(bad).toMatchObject({
      status: 400,
      answer: { code: 'BODY_INVALID', message: 'The body must be UTF-8' },
    })
    expect((await send('/csv', 'text/csv', '\ufeffplayer')).answer.body).toBe('player')
  })

  it('takes no CSV where it is not asked for', async () => {
    expect(await send('/json', 'text/csv', 'a,b')).toMatchObject({
      status: 400,
      answer: { message: 'Invalid JSON body' },
    })
  })
})

describe('the size of a body', () => {
  it('is limited by the route, which says so', async () => {
    expect((await send('/csv', 'text/csv', 'x'.repeat(100))).status).toBe(200)
    expect(await send('/csv', 'text/csv', 'x'.repeat(101))).toEqual({
      status: 413,
      answer: { code: 'BODY_TOO_LARGE', message: 'The body is larger than 100 bytes', status: 'error' },
    })
    expect((await send('/json', '', `"${'x'.repeat(200)}"`)).status).toBe(200)
    expect((await send('/json', '', 'x'.repeat(65_537))).answer.message).toBe(
      'The body is larger than 65536 bytes',
    )
  })
})

it('is read for PATCH, and left aside where the route has none', async () => {
  expect((await send('/patch', 'application/merge-patch+json', '{"a":null}')).answer.body).toEqual({
    a: null,
  })
  expect((await send('/none', 'application/json', '{bad')).answer.body).toBe(null)
})
