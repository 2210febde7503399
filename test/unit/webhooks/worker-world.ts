import type { StoredDelivery } from '../../../src/store/webhook-deliveries.ts'
import type { Answer, Harness } from './harness.ts'

export const idsOf = ({ calls }: Harness) => calls.map(({ eventId }) => eventId)

export const logOf = async ({ deliveries }: Harness, id = 1): Promise<StoredDelivery[]> =>
  (await deliveries.find(id, { limit: 1000 })).reverse()

export const stored = async ({ store }: Harness, id = 1) => {
  const webhook = await store.get(id)
  if (webhook === undefined) throw new Error('the webhook is gone')
  return webhook
}

/** An answer that comes when the test wants. */
export function later(): {
  answer: Promise<Partial<Awaited<Answer>>>
  give: (answer: Awaited<Answer>) => void
} {
  let give: (answer: Awaited<Answer>) => void = () => undefined
  const answer = new Promise<Awaited<Answer>>(resolve => {
    give = resolve
  })
  return { answer, give }
}
