import type { Static } from 'typebox'
import type { WebhookPatch } from '../../../webhooks/desk.ts'
import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import { parameterOf } from '../../request-path.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { success } from '../../schemas/common.ts'
import { Webhook, WebhookPatchBody } from '../../schemas/webhooks.ts'
import { readBody } from '../../validate.ts'
import { webhookView } from '../../views/webhook.ts'
import { writeDown } from '../audit-trail.ts'
import { WEBHOOK_EXAMPLE, WEBHOOK_PARAMETER } from './examples.ts'
import { unknownWebhook, webhookIdOf } from './id.ts'
import { eventsOf, hostIn, playersOf } from './wish.ts'

function patchOf({
  active,
  events,
  players,
  url,
  description,
}: Static<typeof WebhookPatchBody>): WebhookPatch {
  return {
    ...(url === undefined ? {} : { url }),
    ...(description === undefined ? {} : { description }),
    ...(events === undefined ? {} : { events: eventsOf(events) }),
    ...(players === undefined ? {} : { players: playersOf(players) }),
    ...(active === undefined ? {} : { isActive: active }),
  }
}

function handler(deps: HttpDeps): RouteHandler {
  return async (request, reply) => {
    const id = webhookIdOf(parameterOf(request))
    const { url, ...patch } = patchOf(readBody(WebhookPatchBody, request.body))
    const webhook = await deps.webhooks.change(id, { ...patch, ...(url === undefined ? {} : { url }) })
    if (webhook === undefined) throw unknownWebhook()
    const { isActive, ...others } = patch
    const details = {
      ...others,
      ...(isActive === undefined ? {} : { active: isActive }),
      ...(url === undefined ? {} : { host: hostIn(webhook.url) }),
    }
    if (Object.keys(details).length > 0)
      await writeDown(deps, request, { action: 'webhook.changed', subject: String(id), details })
    return sendJson(reply, 200, { data: webhookView(webhook), status: 'success' })
  }
}

export const changeWebhook: RouteSpec = {
  method: 'PATCH',
  path: '/api/webhooks/:id',
  access: 'admin',
  scoped: 'denied',
  limit: 'config',
  tag: 'Webhooks',
  operationId: 'changeWebhook',
  summary: 'Changes what the body names; a paused webhook resumes where it stopped.',
  parameter: WEBHOOK_PARAMETER,
  body: WebhookPatchBody,
  bodyExample: { active: true },
  answers: {
    200: {
      description: 'The webhook as it is now.',
      schema: success(Webhook),
      example: { data: WEBHOOK_EXAMPLE, status: 'success' },
    },
  },
  errors: ['BODY_INVALID', 'PATH_INVALID', 'WEBHOOK_UNKNOWN'],
  handler,
}
