import { setTimeout as sleep } from 'node:timers/promises'
import type { Child } from './child.ts'

export interface PacedInput {
  /** What is sent: whole TS packets. */
  stream: Uint8Array
  rateKbps: number
  /** A multiple of 188, at most 1316. */
  payloadBytes?: number
}

const TICK_MS = 10

/**
 * Writes a stream to a program's standard input at a rate, in whole payloads: the programs have no pacing of their
 * own, they send what comes as it comes. Resolves when all were handed over, or the program has ended.
 */
export async function feedPaced(
  child: Child,
  { stream, rateKbps, payloadBytes = 1316 }: PacedInput,
): Promise<void> {
  const startMs = performance.now()
  for (let at = 0; at < stream.length && child.exitStatus === undefined; ) {
    const dueBytes = ((performance.now() - startMs) * rateKbps) / 8
    const end = Math.min(stream.length, Math.floor(dueBytes / payloadBytes) * payloadBytes)
    if (end > at) {
      child.write(stream.subarray(at, end))
      at = end
    }
    // What does not fill a last message goes out once its time has come.
    if (stream.length - at < payloadBytes && dueBytes >= stream.length) {
      child.write(stream.subarray(at))
      at = stream.length
    }
    await sleep(TICK_MS)
  }
}
