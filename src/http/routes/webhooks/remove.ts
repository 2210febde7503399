import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import { parameterOf } from '../../request-path.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { SuccessMessage } from '../../schemas/common.ts'
import { writeDown } from '../audit-trail.ts'
import { WEBHOOK_PARAMETER } from './examples.ts'
import { unknownWebhook, webhookIdOf } from './id.ts'

const MESSAGE = 'Webhook deleted'

function handler(deps: HttpDeps): RouteHandler {
  return async (request, reply) => {
    const id = webhookIdOf(parameterOf(request))
    if (!(await deps.webhooks.remove(id))) throw unknownWebhook()
    await writeDown(deps, request, { action: 'webhook.removed', subject: String(id) })
    return sendJson(reply, 200, { message: MESSAGE, status: 'success' })
  }
}

export const removeWebhook: RouteSpec = {
  method: 'DELETE',
  path: '/api/webhooks/:id',
  access: 'admin',
  scoped: 'denied',
  limit: 'config',
  tag: 'Webhooks',
  operationId: 'removeWebhook',
  summary: 'Removes a webhook with its deliveries; it is called no more.',
  parameter: WEBHOOK_PARAMETER,
  answers: {
    200: {
      description: 'It is gone.',
      schema: SuccessMessage,
      example: { message: MESSAGE, status: 'success' },
    },
  },
  errors: ['PATH_INVALID', 'WEBHOOK_UNKNOWN'],
  handler,
}
