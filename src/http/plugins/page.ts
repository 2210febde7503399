import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyError, FastifyInstance } from 'fastify'
import { AppError } from '../../lib/errors.ts'
import { packageRoot } from '../../lib/package-root.ts'
import type { HttpDeps } from '../deps.ts'

/** Its own scripts and styles only; the preview feeds a video element from memory. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  'media-src blob:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

export interface PageOptions {
  settings: HttpDeps['settings']
  log: Pick<HttpDeps['log'], 'warn'>
  /** Where the page was built. */
  root?: string
}

const BUILT = join(packageRoot(), 'dist/page')

const unknown = () => new AppError('ROUTE_UNKNOWN', 'Not found')

/** The page for operators, at / with its assets below /assets, for everybody: what it shows comes from the API. */
export default async function page(app: FastifyInstance, options: PageOptions): Promise<void> {
  const { settings, log, root = BUILT } = options
  if (!existsSync(join(root, 'index.html'))) {
    if (settings().isPageOn) log.warn({ root }, 'the page was not built, / stays unknown: npm run build:page')
    return
  }
  app.addHook('onRoute', route => {
    route.config = { ...route.config, isPage: true }
  })
  // A path that leaves the folder of the assets, or isn't one.
  app.setErrorHandler((error: FastifyError) => {
    throw (error.statusCode ?? 500) < 500 ? unknown() : error
  })
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('content-security-policy', POLICY)
    const vary = [reply.getHeader('vary'), 'Accept-Encoding'].filter(name => name !== undefined)
    reply.header('vary', vary.join(', '))
  })
  await app.register(fastifyStatic, { root, serve: false, preCompressed: true, cacheControl: false })
  app.get('/', (_request, reply) => {
    reply.header('cache-control', 'no-cache')
    return reply.sendFile('index.html')
  })
  app.get<{ Params: { '*': string } }>('/assets/*', (request, reply) => {
    // Each build gives them other names.
    reply.header('cache-control', 'public, max-age=31536000, immutable')
    return reply.sendFile(`assets/${request.params['*']}`)
  })
}
