import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import { parameterOf } from '../../request-path.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { success } from '../../schemas/common.ts'
import { Webhook } from '../../schemas/webhooks.ts'
import { webhookView } from '../../views/webhook.ts'
import { WEBHOOK_EXAMPLE, WEBHOOK_PARAMETER } from './examples.ts'
import { unknownWebhook, webhookIdOf } from './id.ts'

function handler({ webhooks }: HttpDeps): RouteHandler {
  return async (request, reply) => {
    const webhook = await webhooks.get(webhookIdOf(parameterOf(request)))
    if (webhook === undefined) throw unknownWebhook()
    return sendJson(reply, 200, { data: webhookView(webhook), status: 'success' })
  }
}

export const getWebhook: RouteSpec = {
  method: 'GET',
  path: '/api/webhooks/:id',
  access: 'admin',
  scoped: 'denied',
  limit: 'config',
  tag: 'Webhooks',
  operationId: 'getWebhook',
  summary: 'One webhook, and how it goes.',
  parameter: WEBHOOK_PARAMETER,
  answers: {
    200: {
      description: 'The webhook.',
      schema: success(Webhook),
      example: { data: WEBHOOK_EXAMPLE, status: 'success' },
    },
  },
  errors: ['PATH_INVALID', 'WEBHOOK_UNKNOWN'],
  handler,
}
