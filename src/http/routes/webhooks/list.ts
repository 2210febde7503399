import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import { decodeCursor, pageOf } from '../../paging.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { PAGE_DEFAULT_ROWS, successPage } from '../../schemas/common.ts'
import { Webhook, WebhooksQuery } from '../../schemas/webhooks.ts'
import { readQuery } from '../../validate.ts'
import { webhookView } from '../../views/webhook.ts'
import { WEBHOOK_EXAMPLE } from './examples.ts'

function handler({ webhooks }: HttpDeps): RouteHandler {
  return async (request, reply) => {
    const { limit = PAGE_DEFAULT_ROWS, cursor } = readQuery(WebhooksQuery, request.query)
    const afterId = cursor === undefined ? 0 : decodeCursor(cursor)
    const found = (await webhooks.list()).filter(({ id }) => id > afterId)
    const { rows, nextCursor } = pageOf(found, limit)
    return sendJson(reply, 200, { data: rows.map(webhookView), next_cursor: nextCursor, status: 'success' })
  }
}

export const listWebhooks: RouteSpec = {
  method: 'GET',
  path: '/api/webhooks',
  access: 'admin',
  scoped: 'denied',
  limit: 'config',
  tag: 'Webhooks',
  operationId: 'listWebhooks',
  summary: 'The webhooks, in the order in which they were added; never their secrets.',
  query: WebhooksQuery,
  answers: {
    200: {
      description: 'A page of webhooks.',
      schema: successPage(Webhook),
      example: { data: [WEBHOOK_EXAMPLE], next_cursor: null, status: 'success' },
    },
  },
  errors: ['QUERY_INVALID'],
  handler,
}
