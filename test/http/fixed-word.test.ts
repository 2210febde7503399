import { describe, expect, it } from 'vitest'
import { sendJson } from '../../src/http/json.ts'
import { parameterOf } from '../../src/http/request-path.ts'
import type { RouteSpec } from '../../src/http/route-spec.ts'
import { buildTestServer } from '../support/build.ts'
import { listen, send } from './raw.ts'

function route(method: RouteSpec['method'], path: string): RouteSpec {
  return {
    method,
    path,
    access: 'public',
    scoped: 'public',
    limit: 'none',
    tag: 'Test',
    operationId: `${method} ${path}`,
    summary: 'Tells what it was called with.',
    answers: { 200: { description: 'Which route, and its parameter.' } },
    handler: () => (request, reply) =>
      sendJson(reply, 200, { id: parameterOf(request), route: `${method} ${path}` }),
  }
}

const TABLE = [
  route('POST', '/ids'),
  route('POST', '/ids/import'),
  route('GET', '/ids/*'),
  route('PATCH', '/ids/*'),
  route('DELETE', '/ids/*'),
  route('POST', '/ids/*/tokens'),
  route('POST', '/ids/*/kick'),
  route('DELETE', '/keys/:id'),
  route('POST', '/keys/:id/rotate'),
]

async function ask(method: string, path: string) {
  const { app } = buildTestServer({}, {}, { routes: TABLE })
  const { status, body, headers } = await send(await listen(app), method, path)
  return { ...JSON.parse(body), status, allow: headers['allow'] }
}

describe('a path with a word behind an ID', () => {
  it.each([
    ['POST', '/ids/x/tokens', 'x', 'POST /ids/*/tokens'],
    ['POST', '/ids/x/kick', 'x', 'POST /ids/*/kick'],
    ['POST', '/ids/a/b/tokens', 'a/b', 'POST /ids/*/tokens'],
    ['POST', '/ids/a%2Fb/tokens', 'a/b', 'POST /ids/*/tokens'],
    ['POST', '/ids/a%2Ftokens/tokens', 'a/tokens', 'POST /ids/*/tokens'],
    ['POST', '/ids/tokens/tokens', 'tokens', 'POST /ids/*/tokens'],
    ['POST', '/ids/tokens/kick', 'tokens', 'POST /ids/*/kick'],
    ['POST', '/ids/import/tokens', 'import', 'POST /ids/*/tokens'],
    ['POST', '/ids/x/%74okens?a=/kick', 'x', 'POST /ids/*/tokens'],
    ['POST', '/ids///tokens', '/', 'POST /ids/*/tokens'],
    ['POST', 'http://elsewhere.example/ids/x/tokens', 'x', 'POST /ids/*/tokens'],
    ['POST', '/ids/import', '', 'POST /ids/import'],
    ['GET', '/ids/x/tokens', 'x/tokens', 'GET /ids/*'],
    ['DELETE', '/ids/x/tokens', 'x/tokens', 'DELETE /ids/*'],
    ['PATCH', '/ids/import', 'import', 'PATCH /ids/*'],
    ['GET', '/ids/a%2Fb', 'a/b', 'GET /ids/*'],
    ['DELETE', '/keys/conf:1', 'conf:1', 'DELETE /keys/:id'],
    ['POST', '/keys/7/rotate', '7', 'POST /keys/:id/rotate'],
  ])('%s %s is of %j', async (method, path, id, name) => {
    expect(await ask(method, path)).toMatchObject({ status: 200, id, route: name })
  })

  it.each([
    ['POST', '/ids/x', 'GET, HEAD, PATCH, DELETE, OPTIONS'],
    ['POST', '/ids/x/y', 'GET, HEAD, PATCH, DELETE, OPTIONS'],
    ['POST', '/ids/tokens', 'GET, HEAD, PATCH, DELETE, OPTIONS'],
    ['POST', '/ids//tokens', 'GET, HEAD, PATCH, DELETE, OPTIONS'],
    ['POST', '/ids/a%2Ftokens', 'GET, HEAD, PATCH, DELETE, OPTIONS'],
    ['PUT', '/ids/x/tokens', 'GET, HEAD, PATCH, DELETE, POST, OPTIONS'],
    ['PUT', '/ids/import', 'POST, GET, HEAD, PATCH, DELETE, OPTIONS'],
    ['PUT', '/ids', 'POST, OPTIONS'],
    ['POST', '/keys/7', 'DELETE, OPTIONS'],
    ['DELETE', '/keys/7/rotate', 'POST, OPTIONS'],
  ])('%s %s is 405, and says what is allowed', async (method, path, allow) => {
    const { status, code, ...rest } = await ask(method, path)
    expect({ status, code, allow: rest.allow }).toEqual({ status: 405, code: 'METHOD_NOT_ALLOWED', allow })
  })

  it.each([
    ['GET', '/ids/'],
    ['DELETE', '/keys/'],
    ['POST', '/keys//rotate'],
    ['DELETE', '/keys/a/b'],
    ['POST', '/keys/7/rotate/x'],
    ['GET', '/tokens'],
  ])('%s %s is unknown', async (method, path) => {
    expect(await ask(method, path)).toMatchObject({ status: 404, code: 'ROUTE_UNKNOWN' })
  })
})
