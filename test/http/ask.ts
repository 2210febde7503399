import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import { bearer } from '../support/build.ts'

export interface Question {
  /** The raw API key. */
  key?: string
  /** Sent as JSON, a string as it is. */
  body?: unknown
  type?: string
  headers?: Record<string, string>
  remoteAddress?: string
}

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'

/** One request: `ask(app, 'GET /health')`. */
export function ask(
  app: FastifyInstance,
  line: `${Method} ${string}`,
  { key, body, type, headers = {}, remoteAddress }: Question = {},
): Promise<LightMyRequestResponse> {
  const space = line.indexOf(' ')
  const method = line.slice(0, space) as Method
  const payload = typeof body === 'string' ? body : JSON.stringify(body)
  return app.inject({
    method,
    url: line.slice(space + 1),
    headers: {
      ...(key === undefined ? {} : bearer(key)),
      ...(type === undefined ? {} : { 'content-type': type }),
      ...headers,
    },
    ...(body === undefined ? {} : { payload }),
    ...(remoteAddress === undefined ? {} : { remoteAddress }),
  })
}
