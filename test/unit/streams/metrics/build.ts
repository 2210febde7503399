import type { ConnectionStats, EngineEvent, Role } from '../../../../src/engine/contract.ts'
import { RelayMetrics, type RelayMetricsOptions } from '../../../../src/streams/metrics.ts'
import { identity } from '../samples.ts'

type WithoutBase<E> = E extends EngineEvent ? Omit<E, 'seq' | 'atMs'> : never

const roleOf = (listener: string): Role | undefined => {
  if (listener === 'publish:4001') return 'publish'
  return listener === 'play:4000' ? 'play' : undefined
}

/** Metrics over what a test says is live. Each stream 'studio_<n>' has the players 'live_<n>' and 'more_<n>'. */
export function buildMetrics(options: Partial<RelayMetricsOptions> = {}) {
  const world = {
    ms: 0,
    seq: 0,
    live: [] as readonly ConnectionStats[],
    /** Streams without a route. */
    removed: new Set<string>(),
  }
  const isKnown = (streamKey: string) => /^studio_\d+$/.test(streamKey) && !world.removed.has(streamKey)
  const metrics = new RelayMetrics({
    version: '2.0.0',
    srtVersion: '1.5.1',
    clock: { nowMs: () => 1_000_000 + world.ms, monotonicMs: () => world.ms },
    connections: () => world.live,
    playersOf: key => (isKnown(key) ? [key.replace('studio', 'live'), key.replace('studio', 'more')] : []),
    hasPlayer: player => {
      const key = player.replace(/^(live|more)_/, 'studio_')
      return isKnown(key) ? key : undefined
    },
    maxPlayersOf: player => (player.startsWith('more') ? 5 : 0),
    roleOf,
    streamIdCount: () => 42,
    connectionsLimit: () => 300,
    webhookDeliveries: () => ({ taken: 12, failed: 3 }),
    alertsRaised: () => 2,
    ...options,
  })
  const emit = (...events: WithoutBase<EngineEvent>[]) => {
    metrics.onEvents(
      events.map(event => {
        world.seq += 1
        return { ...event, seq: world.seq, atMs: 1_000_000 + world.ms }
      }),
    )
  }
  const connect = (changes: Parameters<typeof identity>[0] = {}) =>
    emit({ type: 'connected', ...identity(changes) })
  const disconnect = (connectionId: number, bytes: number) =>
    emit({ type: 'disconnected', connectionId, reason: 'peer', durationMs: 1, bytes })
  return { world, metrics, emit, connect, disconnect, scrape: async () => parse(await metrics.render()) }
}

export interface Scrape {
  text: string
  /** Undefined: there is no such series. */
  value: (series: string) => number | undefined
  series: ReadonlyMap<string, number>
}

function parse(text: string): Scrape {
  const series = new Map<string, number>()
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue
    const space = line.lastIndexOf(' ')
    const name = line.slice(0, space)
    if (series.has(name)) throw new Error(`${name} is there twice`)
    series.set(name, Number(line.slice(space + 1)))
  }
  return { text, series, value: name => series.get(name) }
}

export const player = (changes: Partial<ConnectionStats> = {}): Partial<ConnectionStats> => ({
  role: 'play',
  listener: 'play:4000',
  streamId: 'live_1',
  ...changes,
})
