import { signal } from '@preact/signals'

export interface Connection {
  isReachable: boolean
  /** Wall-clock time of the last answer; null: there was none yet. */
  lastAnswerMs: number | null
}

/** Whether the server answers. What is on the screen is as old as `lastAnswerMs` when it does not. */
export const connection = signal<Connection>({ isReachable: true, lastAnswerMs: null })

const REPEAT_MS = 1000

/** The server has answered, whatever it said. */
export function noteAnswer(): void {
  const { isReachable, lastAnswerMs } = connection.value
  const now = Date.now()
  if (isReachable && lastAnswerMs !== null && now - lastAnswerMs < REPEAT_MS) return
  connection.value = { isReachable: true, lastAnswerMs: now }
}

/** A request got no answer. */
export function noteSilence(): void {
  if (connection.value.isReachable) connection.value = { ...connection.value, isReachable: false }
}
