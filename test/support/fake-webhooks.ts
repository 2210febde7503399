import { done, type FakeAnswer, type FakeRequest, invalid, page, success } from './page-fakes.ts'

const AT = '2026-11-21T09:00:00.000Z'
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

export interface FakeDelivery {
  id: number
  event_id: number | null
  event_type: string
  attempt: number
  at: string
  duration_ms: number
  status: number | null
  error: string | null
}

export interface FakeWebhook {
  id: number
  url: string
  events: string[]
  players: string[]
  description: string
  active: boolean
  paused_reason: string | null
  failing_since: string | null
  pending: number
  created: string
  last_delivery: FakeDelivery | null
}

export const delivery = (id: number, fields: Partial<FakeDelivery> = {}): FakeDelivery => ({
  ...{
    id,
    event_id: id,
    event_type: 'publish',
    attempt: 1,
    at: AT,
    duration_ms: 42,
    status: 204,
    error: null,
  },
  ...fields,
})

export const webhook = (id: number, fields: Partial<FakeWebhook> = {}): FakeWebhook => ({
  ...{ id, url: `https://hooks-${id}.example.com/in`, events: ['*'], players: [], description: '' },
  ...{ active: true, paused_reason: null, failing_since: null, pending: 0, created: AT, last_delivery: null },
  ...fields,
})

/** The routes of the webhooks in memory, with the shapes that API.md says. */
export class FakeWebhooks {
  webhooks: FakeWebhook[] = []
  deliveries: FakeDelivery[] = []
  testOutcome: Partial<FakeDelivery> = {}

  readonly answer = ({ method, path, body }: FakeRequest): FakeAnswer | undefined => {
    const [, , group, id, action] = path.split('/')
    if (group !== 'webhooks') return undefined
    if (id === undefined) return method === 'POST' ? this.#add(body) : success(this.webhooks)
    const found = this.webhooks.find(each => each.id === Number(id))
    if (found === undefined) {
      return { status: 404, body: { code: 'WEBHOOK_UNKNOWN', message: 'Webhook not found', status: 'error' } }
    }
    return this.#about(found, `${method} ${action ?? ''}`, body)
  }

  #add(body: Record<string, unknown>): FakeAnswer {
    if (!String(body['url']).startsWith('http')) return invalid('url', 'must be an http or https URL')
    const made = webhook(this.webhooks.length + 1, body)
    this.webhooks.push(made)
    return success({ ...made, secret: SECRET })
  }

  #about(found: FakeWebhook, what: string, body: Record<string, unknown>): FakeAnswer | undefined {
    switch (what) {
      case 'GET ':
        return success(found)
      case 'PATCH ':
        Object.assign(
          found,
          body,
          body['active'] === true ? { paused_reason: null, failing_since: null } : {},
        )
        return success(found)
      case 'DELETE ':
        this.webhooks = this.webhooks.filter(each => each !== found)
        return done('Webhook deleted')
      case 'GET deliveries':
        return page(this.deliveries)
      case 'POST test': {
        const made = delivery(100, { event_id: null, event_type: 'test', ...this.testOutcome })
        this.deliveries = [made, ...this.deliveries]
        return success(made)
      }
      case 'POST rotate-secret':
        return success({ ...found, secret: SECRET })
      default:
        return undefined
    }
  }
}
