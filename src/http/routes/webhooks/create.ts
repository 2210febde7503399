import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { success } from '../../schemas/common.ts'
import { WebhookBody, WebhookWithSecret } from '../../schemas/webhooks.ts'
import { readBody } from '../../validate.ts'
import { webhookView } from '../../views/webhook.ts'
import { writeDown } from '../audit-trail.ts'
import { NEW_WEBHOOK_EXAMPLE } from './examples.ts'
import { eventsOf, hostIn, playersOf } from './wish.ts'

function handler(deps: HttpDeps): RouteHandler {
  return async (request, reply) => {
    const body = readBody(WebhookBody, request.body)
    const { url, secret: wished, description = '' } = body
    const events = eventsOf(body.events ?? ['*'])
    const players = playersOf(body.players ?? [])
    const wish = { url, events, players, description, secret: wished }
    const { details, secret } = await deps.webhooks.add(wish)
    await writeDown(deps, request, {
      action: 'webhook.created',
      subject: String(details.id),
      details: { host: hostIn(details.url), events, players },
    })
    return sendJson(reply, 200, { data: { ...webhookView(details), secret }, status: 'success' })
  }
}

export const createWebhook: RouteSpec = {
  method: 'POST',
  path: '/api/webhooks',
  access: 'admin',
  scoped: 'denied',
  limit: 'config',
  tag: 'Webhooks',
  operationId: 'createWebhook',
  summary: 'Adds a webhook, which is told of what happens from now on.',
  body: WebhookBody,
  bodyExample: {
    url: 'https://hooks.example.com/sls',
    events: ['publish', 'unpublish'],
    players: ['live_1'],
    description: 'Studio bot',
  },
  answers: {
    200: {
      description: 'The webhook, and its secret.',
      schema: success(WebhookWithSecret),
      example: { data: NEW_WEBHOOK_EXAMPLE, status: 'success' },
    },
  },
  errors: ['BODY_INVALID', 'WEBHOOK_LIMIT'],
  handler,
}
