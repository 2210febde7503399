import { done, type FakeAnswer, type FakeRequest, invalid, page, success } from './page-fakes.ts'

const AT = '2026-11-21T09:00:00.000Z'

type Row = { id: number } & Record<string, unknown>

export const rule = (id: number, fields: Record<string, unknown> = {}): Row => ({
  ...{
    id,
    name: `Rule ${id}`,
    kind: 'bitrate_below',
    player: 'live_1',
    threshold: 1000,
    clear_threshold: 1100,
  },
  ...{ for_s: 10, clear_for_s: 10, active: true, created: AT },
  ...fields,
})

export const alert = (id: number, fields: Record<string, unknown> = {}): Row => ({
  ...{ id, rule_id: 1, name: 'Low bitrate', kind: 'bitrate_below', player: 'live_1', raised: AT },
  ...{ cleared: null, value: 740 },
  ...fields,
})

/** The routes of alert rules, alerts and annotations in memory, with the shapes that API.md says. */
export class FakeAlerts {
  rules: Row[] = []
  alerts: Row[] = []
  annotations: Row[] = []

  readonly answer = (request: FakeRequest): FakeAnswer | undefined => {
    const [, , group, id] = request.path.split('/')
    if (group === 'alerts') {
      const isAll = request.query.get('state') === 'all'
      return page(this.alerts.filter(({ cleared }) => isAll || cleared === null))
    }
    if (group === 'alert-rules') return this.#rules(request, Number(id))
    return group === 'annotations' ? this.#annotations(request, Number(id)) : undefined
  }

  #rules({ method, body }: FakeRequest, id: number): FakeAnswer {
    if (Number(body['for_s']) < 1) return invalid('for_s', 'must be from 1 to 86400')
    const found = this.rules.find(each => each.id === id)
    if (method === 'POST') this.rules.push(rule(this.rules.length + 1, body))
    if (method === 'PATCH' && found !== undefined) Object.assign(found, body)
    if (method === 'DELETE') this.rules = this.rules.filter(each => each !== found)
    return method === 'GET' ? success(this.rules) : success(found ?? this.rules.at(-1))
  }

  #annotations({ method, body }: FakeRequest, id: number): FakeAnswer {
    if (method === 'GET') return page(this.annotations)
    if (method === 'DELETE') {
      this.annotations = this.annotations.filter(each => each.id !== id)
      return done('Annotation deleted')
    }
    if (body['text'] === '') return invalid('text', 'must have at least 1 character')
    const made = {
      id: this.annotations.length + 1,
      player: null,
      at: AT,
      until: null,
      author: 'Studio',
      ...body,
    }
    this.annotations = [made, ...this.annotations]
    return success(made)
  }
}
