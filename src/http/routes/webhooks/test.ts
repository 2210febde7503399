import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import { parameterOf } from '../../request-path.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { success } from '../../schemas/common.ts'
import { Delivery } from '../../schemas/webhooks.ts'
import { deliveryView } from '../../views/webhook.ts'
import { writeDown } from '../audit-trail.ts'
import { DELIVERY_EXAMPLE, WEBHOOK_PARAMETER } from './examples.ts'
import { unknownWebhook, webhookIdOf } from './id.ts'

function handler(deps: HttpDeps): RouteHandler {
  return async (request, reply) => {
    const id = webhookIdOf(parameterOf(request))
    const delivery = await deps.webhooks.test(id)
    if (delivery === undefined) throw unknownWebhook()
    const { status, error } = delivery
    await writeDown(deps, request, {
      action: 'webhook.tested',
      subject: String(id),
      details: { status, error },
    })
    return sendJson(reply, 200, { data: deliveryView(delivery), status: 'success' })
  }
}

export const testWebhook: RouteSpec = {
  method: 'POST',
  path: '/api/webhooks/:id/test',
  access: 'admin',
  scoped: 'denied',
  limit: 'config',
  tag: 'Webhooks',
  operationId: 'testWebhook',
  summary: 'Calls a webhook once with an event of the type test, paused or not, and tells what came of it.',
  parameter: WEBHOOK_PARAMETER,
  answers: {
    200: {
      description: 'What came of the call: it was taken if `error` is null.',
      schema: success(Delivery),
      example: { data: { ...DELIVERY_EXAMPLE, event_id: null, event_type: 'test' }, status: 'success' },
    },
  },
  errors: ['PATH_INVALID', 'WEBHOOK_UNKNOWN'],
  handler,
}
