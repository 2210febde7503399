import type { FastifyReply } from 'fastify'
import Type from 'typebox'
import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import { openApiDocument } from '../../openapi/document.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'

const Document = Type.Object({
  openapi: Type.String(),
  info: Type.Object({ title: Type.String(), version: Type.String() }),
  paths: Type.Record(Type.String(), Type.Unknown()),
})

/** The table is passed in because this line is a part of it. */
export function openApi(routes: () => readonly RouteSpec[]): RouteSpec {
  function handler({ version }: HttpDeps): RouteHandler {
    let document: Record<string, unknown> | undefined
    return (_request, reply): FastifyReply => {
      document ??= openApiDocument(version, routes())
      return sendJson(reply, 200, document)
    }
  }
  return {
    method: 'GET',
    path: '/openapi.json',
    access: 'public',
    scoped: 'public',
    limit: 'none',
    tag: 'Server',
    operationId: 'getOpenApi',
    summary: 'This API for machines: OpenAPI 3.1, made from the schemas that validate.',
    answers: {
      200: {
        description: 'The document.',
        schema: Document,
        example: { openapi: '3.1.1', info: { title: 'SRT Live Server', version: '2.0.0' }, paths: {} },
      },
    },
    handler,
  }
}
