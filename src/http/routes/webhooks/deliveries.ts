import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import { decodeCursor, pageOf } from '../../paging.ts'
import { parameterOf } from '../../request-path.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { PAGE_DEFAULT_ROWS, successPage } from '../../schemas/common.ts'
import { Delivery, WebhooksQuery } from '../../schemas/webhooks.ts'
import { readQuery } from '../../validate.ts'
import { deliveryView } from '../../views/webhook.ts'
import { DELIVERY_EXAMPLE, WEBHOOK_PARAMETER } from './examples.ts'
import { unknownWebhook, webhookIdOf } from './id.ts'

function handler({ webhooks }: HttpDeps): RouteHandler {
  return async (request, reply) => {
    const id = webhookIdOf(parameterOf(request))
    const { limit = PAGE_DEFAULT_ROWS, cursor } = readQuery(WebhooksQuery, request.query)
    const before = cursor === undefined ? {} : { beforeId: decodeCursor(cursor) }
    const found = await webhooks.deliveries(id, { ...before, limit })
    if (found === undefined) throw unknownWebhook()
    const { rows, nextCursor } = pageOf(found, limit)
    return sendJson(reply, 200, { data: rows.map(deliveryView), next_cursor: nextCursor, status: 'success' })
  }
}

export const listDeliveries: RouteSpec = {
  method: 'GET',
  path: '/api/webhooks/:id/deliveries',
  access: 'admin',
  scoped: 'denied',
  limit: 'config',
  tag: 'Webhooks',
  operationId: 'listWebhookDeliveries',
  summary: 'The last 500 attempts to tell a webhook something, newest first.',
  parameter: WEBHOOK_PARAMETER,
  query: WebhooksQuery,
  answers: {
    200: {
      description: 'A page of attempts.',
      schema: successPage(Delivery),
      example: { data: [DELIVERY_EXAMPLE], next_cursor: null, status: 'success' },
    },
  },
  errors: ['QUERY_INVALID', 'PATH_INVALID', 'WEBHOOK_UNKNOWN'],
  handler,
}
