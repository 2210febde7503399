import fp from 'fastify-plugin'
import { AppError } from '../../lib/errors.ts'
import { allowedMethods } from '../allowed-methods.ts'
import { RequestError } from '../errors.ts'
import { parameterOf } from '../request-path.ts'
import type { RouteSpec } from '../route-spec.ts'

/** Not in the route table: a package serves them. */
const DOCS = [
  { method: 'GET', path: '/docs' },
  { method: 'GET', path: '/docs/*' },
]

const PAGE = [
  { method: 'GET', path: '/' },
  { method: 'GET', path: '/assets/*' },
]

interface UnknownPathsOptions {
  routes: readonly RouteSpec[]
  /** Whether the page for operators is switched on. */
  isPageOn: () => boolean
}

const hasParameter = ({ path }: RouteSpec) => /[*:]/.test(path)

/** Answers before any body is read: an unknown path must cost next to nothing. */
export default fp<UnknownPathsOptions>(async (app, { routes, isPageOn }) => {
  app.addHook('onRequest', async (request, reply) => {
    const { spec, isDocs, isPage } = request.routeOptions.config
    if (isDocs || (isPage && isPageOn())) return
    if (spec !== undefined && (!hasParameter(spec) || parameterOf(request) !== '')) return
    const others = isPageOn() && app.hasRoute({ method: 'GET', url: '/' }) ? [...DOCS, ...PAGE] : DOCS
    const allowed = allowedMethods([...routes, ...others], request.method, request.url)
    if (allowed.length === 0) throw new AppError('ROUTE_UNKNOWN', 'Not found')
    reply.header('allow', allowed.join(', '))
    throw new RequestError('METHOD_NOT_ALLOWED', `Method not allowed, use ${allowed.join(', ')}`)
  })
})
