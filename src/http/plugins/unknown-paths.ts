import fp from 'fastify-plugin'
import { AppError } from '../../lib/errors.ts'
import { RequestError } from '../errors.ts'
import { decodedPath, wildcardOf } from '../request-path.ts'
import { allowedMethods } from '../routes.ts'

/** Answers before any body is read: an unknown path must cost next to nothing. */
export default fp(async app => {
  app.addHook('onRequest', async (request, reply) => {
    const { spec } = request.routeOptions.config
    const isKnown = spec !== undefined && !(spec.path.endsWith('*') && wildcardOf(request) === '')
    if (isKnown) return
    const allowed = allowedMethods(request.method, decodedPath(request.url))
    if (allowed.length === 0) throw new AppError('ROUTE_UNKNOWN', 'Not found')
    reply.header('allow', allowed.join(', '))
    throw new RequestError('METHOD_NOT_ALLOWED', `Method not allowed, use ${allowed.join(', ')}`)
  })
})
