import swagger, { type StaticDocumentSpec } from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyError, FastifyInstance } from 'fastify'
import { AppError } from '../../lib/errors.ts'
import { openApiDocument } from '../openapi/document.ts'
import type { RouteSpec } from '../route-spec.ts'

/** What the reference needs, and nothing from elsewhere: its styles are made by its script. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

interface DocsOptions {
  version: string
  routes: readonly RouteSpec[]
}

/** /docs: the reference to read and to try, made of the document that /openapi.json answers. */
export default async function docs(app: FastifyInstance, { version, routes }: DocsOptions): Promise<void> {
  app.addHook('onRoute', route => {
    route.config = { ...route.config, isDocs: true }
  })
  // A path that leaves the folder of the assets, or isn't one.
  app.setErrorHandler((error: FastifyError) => {
    throw (error.statusCode ?? 500) < 500 ? new AppError('ROUTE_UNKNOWN', 'Not found') : error
  })
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('content-security-policy', POLICY)
  })
  // The linter of the tests knows better than a type whether it is one.
  const document = openApiDocument(version, routes) as unknown as StaticDocumentSpec['document']
  await app.register(swagger, { mode: 'static', specification: { document } })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    theme: { title: 'SRT Live Server API' },
    // Without the bar to load another document.
    uiConfig: { layout: 'BaseLayout', deepLinking: true, docExpansion: 'list', displayRequestDuration: true },
  })
}
