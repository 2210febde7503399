import { useState } from 'preact/hooks'
import { type Data, path, post } from '../../../api/client.ts'
import { Button } from '../../../components/button.tsx'
import { useAction } from '../shared/use-action.ts'
import { isDelivered, type TestOutcome, tookText } from './webhook.ts'

const sentenceOf = (outcome: TestOutcome) => {
  const took = `after ${tookText(outcome.duration_ms)}`
  if (isDelivered(outcome)) return `The endpoint took it: ${outcome.status} ${took}.`
  return `It failed ${took}: ${outcome.error ?? 'no answer'}.`
}

/** Sends a test event, and says what came of it. */
export function TestCall({ id, onDone }: { id: string; onDone: () => void }) {
  const [outcome, setOutcome] = useState<TestOutcome>()
  const test = useAction(async () => {
    setOutcome(undefined)
    const { data } = await post<Data<TestOutcome>>(path('webhooks', id, 'test'), {})
    setOutcome(data)
    onDone()
  })
  const tone = outcome === undefined ? '' : isDelivered(outcome) ? ' note-good' : ' note-bad'
  return (
    <div class="test-call">
      <Button icon="play" isBusy={test.isBusy} onClick={() => void test.run(undefined)}>
        {test.isBusy ? 'Calling …' : 'Test call'}
      </Button>
      <p class={`outcome${tone}`} role="status">
        {outcome !== undefined && sentenceOf(outcome)}
      </p>
    </div>
  )
}
