import { expect } from 'vitest'
import type { ConnectionStats, RelayMode, Role, Transport } from '../../src/engine/contract.ts'
import { type Outcome, runStatistics } from './statistics-run.ts'
import { ALL_WAYS, TIMED_WAYS, type WayName } from './statistics-ways.ts'
import { TRANSPORTS } from './transports.ts'
import { COUNTED_HEADER_BYTES } from './wire-count.ts'

/** Of one way on one engine. */
export interface Checked extends Outcome {
  transport: Transport
  relayMode: RelayMode
  /** For the message of an assertion. */
  found: string
}

const countsOf = ({ final, wire, offered, slack, proxy, peer }: Outcome) => ({
  final,
  wire: { ...wire, span: wire.span, unanswered: wire.unanswered },
  offered: { ...offered },
  ...{ slack, proxy, peer },
})

async function run(transport: Transport, relayMode: RelayMode, ways = ALL_WAYS): Promise<Checked[]> {
  const outcomes = await runStatistics({ transport, relayMode }, ways)
  return outcomes.map(outcome => {
    const found = `${transport} ${relayMode} ${outcome.way.name}: ${JSON.stringify(countsOf(outcome))}`
    return { ...outcome, transport, relayMode, found }
  })
}

/** All ways on every transport at once; on direct a few with relay mode timed as well. */
export async function runAll(): Promise<Checked[]> {
  const runs = TRANSPORTS.flatMap(transport =>
    transport === 'libsrt'
      ? [run(transport, 'timed')]
      : [run(transport, 'cut_through'), run(transport, 'timed', TIMED_WAYS)],
  )
  return (await Promise.all(runs)).flat()
}

export const ofRole = (checked: readonly Checked[], role: Role): Checked[] =>
  checked.filter(({ way }) => way.role === role)

export const named = (checked: readonly Checked[], ...names: readonly WayName[]): Checked[] =>
  checked.filter(({ way }) => names.some(name => name === way.name))

/** The same way on both transports. */
export interface Pair {
  libsrt: Checked
  direct: Checked
  found: string
}

/** Each way in the relay mode that is usual on the transport; none when only one transport runs. */
export function pairs(checked: readonly Checked[]): Pair[] {
  const usual = checked.filter(one => one.transport === 'libsrt' || one.relayMode === 'cut_through')
  const on = (transport: Transport) => usual.filter(one => one.transport === transport)
  return on('libsrt').flatMap(libsrt => {
    const direct = on('direct').find(({ way }) => way.name === libsrt.way.name)
    return direct === undefined ? [] : [{ libsrt, direct, found: `${direct.found}\n${libsrt.found}` }]
  })
}

export function expectBetween(value: number, least: number, most: number, found: string): void {
  expect(value, found).toBeGreaterThanOrEqual(least)
  expect(value, found).toBeLessThanOrEqual(most)
}

export const expectNear = (value: number, expected: number, off: number, found: string): void =>
  expectBetween(value, expected - off, expected + off, found)

/** With headers, as lost and dropped bytes are counted. */
export const averageBytes = ({ bytes, packets }: ConnectionStats): number =>
  bytes / packets + COUNTED_HEADER_BYTES

export function mean(samples: readonly ConnectionStats[], read: (sample: ConnectionStats) => number): number {
  return samples.reduce((sum, one) => sum + read(one), 0) / samples.length
}
