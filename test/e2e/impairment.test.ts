import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Transport } from '../../src/engine/contract.ts'
import { type Delivery, type ImpairedRun, runImpaired } from '../support/impaired-run.ts'
import type { ImpairmentOptions } from '../support/impairment.ts'
import type { Server } from '../support/server.ts'
import { serverOn, TRANSPORTS } from '../support/transports.ts'

type Way = Pick<ImpairedRun, 'toServer' | 'toClient' | 'latencyMs' | 'seconds' | 'interrupt'>

/** The same both ways. */
const bothWays = (latencyMs: number, options: Partial<ImpairmentOptions>): Way => ({
  latencyMs,
  toServer: options,
  toClient: options,
})

/** A latency of 3 RTT and more, as the SRT deployment guide asks for such loss. */
const LOSSES: Record<string, Way> = {
  'loss-0': bothWays(250, { delayMs: 15 }),
  'loss-1': bothWays(250, { delayMs: 15, lossPercent: 1 }),
  'loss-5': bothWays(350, { delayMs: 15, lossPercent: 5 }),
  'loss-10': bothWays(500, { delayMs: 15, lossPercent: 10 }),
  'loss-10-up': { latencyMs: 500, toServer: { delayMs: 15, lossPercent: 10 }, toClient: { delayMs: 15 } },
  'loss-10-down': { latencyMs: 500, toServer: { delayMs: 15 }, toClient: { delayMs: 15, lossPercent: 10 } },
}

const OTHERS: Record<string, Way> = {
  bursts: bothWays(500, { delayMs: 20, burstPercent: 0.3, burstDatagrams: 20 }),
  'rtt-20': bothWays(250, { delayMs: 10, lossPercent: 2 }),
  'rtt-200': bothWays(900, { delayMs: 100, lossPercent: 2 }),
  reordering: bothWays(400, { delayMs: 10, jitterMs: 30 }),
  duplicates: bothWays(250, { delayMs: 10, duplicatePercent: 10 }),
}

/** Longer than the latency: something must be lost, and what comes after it must not be. */
const BLACKOUT: Record<string, Way> = {
  blackout: { ...bothWays(400, { delayMs: 10 }), seconds: 6, interrupt: proxy => proxy.blackout(2000) },
}

const WITHOUT_LOSS: Record<string, Way> = {
  'five-percent': { ...bothWays(300, { delayMs: 30, lossPercent: 5 }), seconds: 6 },
}

type Deliveries = Partial<Record<Transport, Delivery>>
type Results = [string, Deliveries][]

const servers: Partial<Record<Transport, Server>> = {}

const missingOf = ({ sent, delivered }: Delivery) => sent - delivered

async function runOnAll(run: ImpairedRun): Promise<Deliveries> {
  const results = await Promise.all(
    TRANSPORTS.map(async transport => {
      const server = servers[transport]
      if (server === undefined) throw new Error(`no server with transport ${transport}`)
      return [transport, await runImpaired(server, run)] as const
    }),
  )
  return Object.fromEntries(results)
}

/**
 * Chance: with 5 % loss, RTT 60 ms and latency 300 ms about one message in 60,000 was missing on direct and one in
 * 13,000 on libsrt, on a machine with other work; and when a machine stands still, many are too late at once.
 */
const MOST_RUNS = 3

/** What is bad once is tried again with other seeds; what stays bad is bad. */
async function runUntilGood(
  run: ImpairedRun,
  isGood: (deliveries: Deliveries) => boolean,
): Promise<Deliveries> {
  for (let attempt = 1; ; attempt++) {
    const again = { ...run, name: `${run.name}-${attempt}`, seed: run.seed + 1000 * attempt }
    const deliveries = await runOnAll(again)
    if (attempt === MOST_RUNS || isGood(deliveries)) return deliveries
  }
}

/** All ways on both sides, on every transport, at the same time and with the same seeds. */
async function runAll(
  ways: Record<string, Way>,
  isGood: (deliveries: Deliveries) => boolean,
): Promise<Results> {
  const runs = Object.entries(ways).flatMap(([name, way], i) =>
    (['publisher', 'player'] as const).map(side => ({
      ...way,
      side,
      name: `${name}-${side}`,
      seed: 10 * i + 1,
    })),
  )
  return Promise.all(
    runs.map(async (run): Promise<Results[number]> => [run.name, await runUntilGood(run, isGood)]),
  )
}

/** No more missing on direct than on libsrt, but for chance. */
const isNoWorse =
  (chanceMessages: number) =>
  ({ libsrt, direct }: Deliveries): boolean =>
    libsrt === undefined || direct === undefined || missingOf(direct) <= missingOf(libsrt) + chanceMessages

/** And nothing twice or changed, and nobody thrown out. */
function expectGood(results: Results, isGood: (deliveries: Deliveries) => boolean): void {
  for (const [name, deliveries] of results) {
    const found = `${name}: ${JSON.stringify(deliveries)}`
    for (const delivery of Object.values(deliveries)) {
      expect(delivery, found).toMatchObject({ duplicates: 0, corrupt: 0, broken: false })
      expect(delivery.delivered, found).toBeGreaterThan(0)
    }
    expect(isGood(deliveries), found).toBe(true)
  }
}

/** Half a per cent of what is sent. */
const CHANCE_MESSAGES = 5
/** 20 ms of messages. */
const BLACKOUT_CHANCE_MESSAGES = 5
/** The two seconds, and what was under way to be asked for when they began. */
const MOST_IN_BLACKOUT = 740

describe('delivered on a bad network, each transport beside the other', () => {
  beforeAll(async () => {
    for (const transport of TRANSPORTS) servers[transport] = await serverOn(transport)()
  })
  afterAll(() => Promise.all(Object.values(servers).map(server => server.end())))

  it('with loss from 0 to 10 % in either direction', async () => {
    const isGood = isNoWorse(CHANCE_MESSAGES)
    const results = await runAll(LOSSES, isGood)
    expectGood(results, isGood)
    const lossy = results.filter(([name]) => /^loss-(?:5|10)-p/.test(name))
    expect(lossy).toHaveLength(4)
    for (const [name, deliveries] of lossy)
      for (const { lostOnTheWay } of Object.values(deliveries)) expect(lostOnTheWay, name).toBeGreaterThan(20)
  })

  it('with bursts of 20, RTTs of 20 and 200 ms, reordering and duplicates', async () => {
    const isGood = isNoWorse(CHANCE_MESSAGES)
    expectGood(await runAll(OTHERS, isGood), isGood)
  })

  it('at 5 % loss, RTT 60 ms and latency 300 ms: everything on direct, in one of three runs at least', async () => {
    const isGood = ({ direct }: Deliveries) => direct === undefined || missingOf(direct) === 0
    expectGood(await runAll(WITHOUT_LOSS, isGood), isGood)
  })

  it('with a blackout of 2 s, after which it goes on', async () => {
    const isGood = (deliveries: Deliveries) =>
      isNoWorse(BLACKOUT_CHANCE_MESSAGES)(deliveries) &&
      Object.values(deliveries).every(delivery => missingOf(delivery) < MOST_IN_BLACKOUT)
    expectGood(await runAll(BLACKOUT, isGood), isGood)
  })
})
