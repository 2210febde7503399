import type { ConnectionStats } from '../../engine/contract.ts'

const COUNTERS = [
  'bytes',
  'packets',
  'packetsLost',
  'packetsDropped',
  'packetsRetransmitted',
  'packetsBelated',
  'packetsUndecrypted',
  'ringOverruns',
] as const satisfies readonly (keyof ConnectionStats)[]

/** Counters of one connection, or added up over many. */
export type Totals = Record<(typeof COUNTERS)[number], number>

export const noTraffic = (): Totals => ({
  bytes: 0,
  packets: 0,
  packetsLost: 0,
  packetsDropped: 0,
  packetsRetransmitted: 0,
  packetsBelated: 0,
  packetsUndecrypted: 0,
  ringOverruns: 0,
})

/** Adds what `seen` doesn't know yet to each sum. A counter that seems to go back has not grown. */
export function addGrowth(seen: Totals, now: Partial<Totals>, ...sums: readonly Totals[]): void {
  for (const counter of COUNTERS) {
    const value = now[counter]
    if (value === undefined || !(value > seen[counter])) continue
    for (const sum of sums) sum[counter] += value - seen[counter]
    seen[counter] = value
  }
}
