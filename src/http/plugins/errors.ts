import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { AppError } from '../../lib/errors.ts'
import type { HttpDeps } from '../deps.ts'
import { type ErrorAnswer, toAnswer } from '../errors.ts'
import { sendJson } from '../json.ts'

const STORE_RETRY_AFTER_S = 5

export type ErrorSender = (error: unknown, request: FastifyRequest, reply: FastifyReply) => FastifyReply

/** 5xx go to the log with the request's id, which the client knows too. */
function report({ log }: HttpDeps, error: unknown, request: FastifyRequest, answer: ErrorAnswer): void {
  if (answer.statusCode < 500) return
  const { code } = answer.body
  const { id: reqId, method } = request
  const fields = { err: error, reqId, method, route: request.routeOptions.config.spec?.path }
  if (code === 'INTERNAL') log.error(fields, 'a request failed')
  else if (code === 'STORE_UNAVAILABLE') log.warn(fields, 'a request failed: the database is not available')
  else log.debug(fields, 'a request was turned away')
}

/** Turns anything that was thrown into `{code, message, status}`. */
export function errorSender(deps: HttpDeps): ErrorSender {
  return (error, request, reply) => {
    const answer = toAnswer(error, request.routeOptions.bodyLimit)
    report(deps, error, request, answer)
    const { code } = answer.body
    if (answer.statusCode === 401) reply.header('www-authenticate', 'Bearer')
    if (code === 'STORE_UNAVAILABLE') reply.header('retry-after', STORE_RETRY_AFTER_S)
    return sendJson(reply, answer.statusCode, answer.body)
  }
}

export default fp<HttpDeps>(async (app, deps) => {
  const send = errorSender(deps)
  app.setErrorHandler(send)
  // Of /docs: what has a line in the route table, or none at all, doesn't come here.
  app.setNotFoundHandler((request, reply) => send(new AppError('ROUTE_UNKNOWN', 'Not found'), request, reply))
})
