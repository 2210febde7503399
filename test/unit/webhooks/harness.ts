import { onTestFinished } from 'vitest'
import { type Database, openDatabase } from '../../../src/store/database.ts'
import type { Call, Caller, CallOutcome } from '../../../src/webhooks/caller.ts'
import { ManualSchedule, settle } from '../../support/manual-schedule.ts'
import { MemoryLog, TestClock } from '../../support/memory.ts'
import { buildWebhooks, type WebhookParts } from '../../support/webhooks.ts'

export interface SeenCall extends Call {
  /** Of the event in the body. */
  eventId: number
}

export type Answer = Partial<CallOutcome> | Promise<Partial<CallOutcome>>

export interface Harness extends WebhookParts {
  database: Database
  clock: TestClock
  timers: ManualSchedule
  log: MemoryLog
  calls: SeenCall[]
  /** What endpoints answer; 204 until it is set. */
  answer: (call: SeenCall) => Answer
  /** As after the end of a process and the start of the next. */
  restart(): Promise<void>
  /** Emits and lets the webhooks do what they do at once. */
  happen(...events: Parameters<WebhookParts['feed']['store']>): Promise<void>
}

export const failing = (status = 500) => ({ status, error: `answered ${status}` })

interface HarnessOptions {
  callsAtOnce?: number
  path?: string
}

/** Webhooks on a database, with endpoints in memory and a clock that stands still. */
export async function buildHarness({
  callsAtOnce = 20,
  path = ':memory:',
}: HarnessOptions = {}): Promise<Harness> {
  const database = await openDatabase({ path })
  const [clock, log] = [new TestClock(), new MemoryLog()]
  let timers = new ManualSchedule(clock)
  const calls: SeenCall[] = []
  const call: Caller = async wish => {
    const seen = { ...wish, eventId: JSON.parse(wish.body).id }
    calls.push(seen)
    let cutOff: () => void = () => undefined
    const cut = new Promise<Partial<CallOutcome>>(resolve => {
      cutOff = () => resolve({ status: null, error: 'cut off' })
    })
    wish.signal.addEventListener('abort', cutOff)
    const answer = await Promise.race([harness.answer(seen), cut])
    wish.signal.removeEventListener('abort', cutOff)
    return { status: 204, error: null, durationMs: 3, ...answer }
  }
  const build = () =>
    buildWebhooks({ database, clock, log: log.logger, call, callsAtOnce, schedule: timers.schedule })
  const harness: Harness = {
    ...{ database, clock, timers, log, calls },
    ...(await build()),
    answer: () => ({}),
    async restart() {
      await harness.stop()
      timers = new ManualSchedule(clock)
      Object.assign(harness, await build(), { timers })
      await settle()
    },
    async happen(...events) {
      await harness.feed.store(...events)
      await settle()
    },
  }
  onTestFinished(async () => {
    await harness.stop()
    await database.close()
  })
  return harness
}

export const WISH = {
  url: 'https://hooks.example.com/x?token=t',
  events: ['*'],
  players: [],
  description: '',
}
