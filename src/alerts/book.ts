import type { Clock } from '../lib/clock.ts'
import type { Alert, Alerts } from '../store/alerts.ts'
import type { NewEvent } from '../store/events.ts'
import type { EventSink } from './event-sink.ts'
import type { Finding } from './rule-watch.ts'
import type { OpenAlert } from './watch.ts'

export interface BookOptions {
  alerts: Pick<Alerts, 'open' | 'raise' | 'clear'>
  events: EventSink
  clock: Clock
}

/** Writes alerts down, and then tells of them; what could not be written is not told. */
export class AlertBook {
  readonly #options: BookOptions

  constructor(options: BookOptions) {
    this.#options = options
  }

  /** Those that an earlier run left open. Throws STORE_UNAVAILABLE. */
  async open(): Promise<OpenAlert[]> {
    const { alerts, clock } = this.#options
    const [nowMs, monotonicMs] = [clock.nowMs(), clock.monotonicMs()]
    const open = await alerts.open()
    return open.map(alert => ({
      ...alert,
      raisedMonotonicMs: monotonicMs - Math.max(0, nowMs - alert.raisedMs),
    }))
  }

  /** Throws STORE_UNAVAILABLE; then nothing has changed. */
  async raise(findings: readonly Finding[]): Promise<void> {
    const { alerts, clock } = this.#options
    const [raisedMs, raisedMonotonicMs] = [clock.nowMs(), clock.monotonicMs()]
    const wanted = findings.map(({ ruleWatch: { rule }, player, value }) => {
      return { ruleId: rule.id, name: rule.name, kind: rule.kind, player, raisedMs, value }
    })
    const raised = await alerts.raise(wanted)
    for (const [i, { ruleWatch, player }] of findings.entries()) {
      const alert = raised[i]
      if (alert === undefined) continue
      ruleWatch.opened(player, { ...alert, raisedMonotonicMs })
      this.#tell('alert.raised', alert, { threshold: ruleWatch.rule.threshold, value: alert.value })
    }
  }

  /** Throws STORE_UNAVAILABLE; then nothing has changed. */
  async clear(ended: readonly { alert: OpenAlert; value: number | null }[]): Promise<void> {
    const { alerts, clock } = this.#options
    const nowMs = clock.nowMs()
    // A wall clock that was set back must not end what it has not begun.
    const rows = ended.map(({ alert: { id, raisedMs } }) => ({ id, clearedMs: Math.max(raisedMs, nowMs) }))
    await alerts.clear(rows)
    for (const { alert, value } of ended) {
      const raisedS = Math.round((clock.monotonicMs() - alert.raisedMonotonicMs) / 1000)
      this.#tell('alert.cleared', alert, { raised_s: raisedS, value })
    }
  }

  #tell(type: string, alert: Alert, more: Readonly<Record<string, unknown>>): void {
    this.#options.events.emit(eventOf(type, alert, { atMs: this.#options.clock.nowMs(), more }))
  }
}

interface Details {
  atMs: number
  more: Readonly<Record<string, unknown>>
}

function eventOf(type: string, alert: Alert, { atMs, more }: Details): NewEvent {
  const { id, ruleId, name, kind, player } = alert
  const data = { alert_id: id, rule_id: ruleId, name, kind, ...more }
  return { atMs, type, player, players: [player], sessionId: null, data }
}
