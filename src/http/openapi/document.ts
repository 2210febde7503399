import type { RouteSpec } from '../route-spec.ts'
import { codesTable } from './error-codes.ts'
import { ERROR_SCHEMA } from './errors.ts'
import { documentedPath, operation } from './operation.ts'
import { TAGS } from './tags.ts'

const DESCRIPTION = `Everything an SRT relay knows and does, while it runs.

Every answer is JSON: \`{"status":"success","data":…}\` or \`{"status":"error","code":…,"message":…}\`. Lists come in
pages: send \`next_cursor\` back as \`cursor\` until it is null. GET answers HEAD too, and OPTIONS is answered everywhere.

Send the API key as \`Authorization: Bearer <key>\` or as \`X-API-Key: <key>\`. A key may read, write or admin, each
including those before it, and may be bound to some players.

## Limits

Each key, and each address without one, has a budget of requests for each category: \`api\`, \`stats\` and \`config\`.
\`RateLimit-Policy\` tells how large it is, \`RateLimit\` what is left, \`Retry-After\` when to come back after a 429.

## Error codes

<details><summary>What \`code\` can be</summary>

`

const SCHEMES = {
  bearer: { type: 'http', scheme: 'bearer', description: 'An API key.' },
  apiKey: {
    type: 'apiKey',
    in: 'header',
    name: 'X-API-Key',
    description: 'The same key, in a header of its own.',
  },
}

const HEADERS = {
  'X-Request-Id': {
    description: "The request's id, as sent (1 to 128 of A-Z a-z 0-9 . _ -) or made by the server.",
    schema: { type: 'string', examples: ['6b1f0c5e-3c7e-4f0b-9a0e-2f6f3b8d1c55'] },
  },
  RateLimit: {
    description: 'What is left: `r` requests; all of them again after `t` seconds.',
    schema: { type: 'string', examples: ['"api";r=29;t=2'] },
  },
  'RateLimit-Policy': {
    description: 'The budget: `q` requests in `w` seconds.',
    schema: { type: 'string', examples: ['"api";q=30;w=60'] },
  },
  'Retry-After': {
    description: 'Seconds after which a request passes again.',
    schema: { type: 'string', examples: ['2'] },
  },
}

function pathsOf(routes: readonly RouteSpec[]): Record<string, Record<string, object>> {
  const paths: Record<string, Record<string, object>> = {}
  for (const route of routes) {
    const path = documentedPath(route)
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) }
  }
  return paths
}

function tagsOf(routes: readonly RouteSpec[]): object[] {
  const used = new Set(routes.map(({ tag }) => tag))
  const known = Object.entries(TAGS).filter(([name]) => used.has(name))
  return known.map(([name, description]) => ({ name, description }))
}

/** The OpenAPI 3.1 document of the routes, from the very schemas that validate. */
export function openApiDocument(version: string, routes: readonly RouteSpec[]): Record<string, unknown> {
  return {
    openapi: '3.1.1',
    info: {
      title: 'SRT Live Server',
      version,
      summary: 'An SRT relay with a REST control plane.',
      description: `${DESCRIPTION}${codesTable()}\n\n</details>`,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'This server.' }],
    security: [{ bearer: [] }, { apiKey: [] }],
    tags: tagsOf(routes),
    paths: pathsOf(routes),
    components: {
      schemas: { Error: ERROR_SCHEMA },
      headers: HEADERS,
      securitySchemes: SCHEMES,
    },
  }
}
