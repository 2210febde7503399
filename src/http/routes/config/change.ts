import Type from 'typebox'
import { AppError } from '../../../lib/errors.ts'
import type { HttpDeps } from '../../deps.ts'
import { sendJson } from '../../json.ts'
import type { RouteHandler, RouteSpec } from '../../route-spec.ts'
import { success } from '../../schemas/common.ts'
import { ConfigChange, ConfigPatchBody } from '../../schemas/config.ts'
import { readBody } from '../../validate.ts'
import { wishesOf } from '../../views/directive.ts'
import { writeDown } from '../audit-trail.ts'

function handler(deps: HttpDeps): RouteHandler {
  return async (request, reply) => {
    const { persist: isPersisted = false, ...directives } = readBody(ConfigPatchBody, request.body)
    const wishes = wishesOf(directives)
    if (wishes.size === 0) throw new AppError('BODY_INVALID', 'Invalid body: it names no directive')
    const changes = await deps.config.change(wishes, isPersisted)
    const data = changes.map(({ directive, from, to }) => ({ directive, from, to }))
    // With persist the database may have changed though the value in force has not.
    if (data.length > 0 || isPersisted) {
      const subject = [...wishes.keys()].join(' ')
      await writeDown(deps, request, {
        action: 'config.changed',
        subject,
        details: { changes: data, persist: isPersisted },
        event: { type: 'config.changed', data: { directives: [...wishes.keys()] } },
      })
    }
    return sendJson(reply, 200, { data, status: 'success' })
  }
}

export const changeConfig: RouteSpec = {
  method: 'PATCH',
  path: '/api/config',
  access: 'admin',
  scoped: 'denied',
  limit: 'config',
  tag: 'Configuration',
  operationId: 'changeConfig',
  summary:
    'Sets directives that can change live, over file and environment: until the restart, or with persist for good.',
  body: ConfigPatchBody,
  bodyExample: { log_level: 'debug', rate_limit_api: 120, persist: true },
  answers: {
    200: {
      description: 'What is different now.',
      schema: success(Type.Array(ConfigChange)),
      example: { data: [{ directive: 'log_level', from: 'info', to: 'debug' }], status: 'success' },
    },
  },
  errors: ['BODY_INVALID', 'CONFIG_INVALID', 'CONFIG_NOT_LIVE'],
  handler,
}
