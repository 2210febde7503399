import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import { parameterOf } from '../../request-path.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { success } from '../../schemas/common.ts'
import { RotateSecretBody, WebhookWithSecret } from '../../schemas/webhooks.ts'
import { readBody } from '../../validate.ts'
import { webhookView } from '../../views/webhook.ts'
import { writeDown } from '../audit-trail.ts'
import { NEW_WEBHOOK_EXAMPLE, WEBHOOK_PARAMETER } from './examples.ts'
import { unknownWebhook, webhookIdOf } from './id.ts'

function handler(deps: HttpDeps): RouteHandler {
  return async (request, reply) => {
    const id = webhookIdOf(parameterOf(request))
    const { secret: wished } = readBody(RotateSecretBody, request.body ?? {})
    const rotated = await deps.webhooks.rotateSecret(id, wished)
    if (rotated === undefined) throw unknownWebhook()
    await writeDown(deps, request, { action: 'webhook.secret-rotated', subject: String(id) })
    const data = { ...webhookView(rotated.details), secret: rotated.secret }
    return sendJson(reply, 200, { data, status: 'success' })
  }
}

export const rotateWebhookSecret: RouteSpec = {
  method: 'POST',
  path: '/api/webhooks/:id/rotate-secret',
  access: 'admin',
  scoped: 'denied',
  limit: 'config',
  tag: 'Webhooks',
  operationId: 'rotateWebhookSecret',
  summary: 'Gives a webhook a new secret; for 24 hours calls are signed with the old one, too.',
  parameter: WEBHOOK_PARAMETER,
  body: RotateSecretBody,
  bodyExample: {},
  answers: {
    200: {
      description: 'The webhook, and its new secret.',
      schema: success(WebhookWithSecret),
      example: { data: NEW_WEBHOOK_EXAMPLE, status: 'success' },
    },
  },
  errors: ['BODY_INVALID', 'PATH_INVALID', 'WEBHOOK_UNKNOWN'],
  handler,
}
