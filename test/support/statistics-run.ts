import { setTimeout as sleep } from 'node:timers/promises'
import { NO_RULES } from '../../src/access/routes.ts'
import type {
  ConnectionStats,
  EngineEvent,
  EngineSpec,
  NativeEngine,
  Role,
  Route,
} from '../../src/engine/contract.ts'
import { engineSpec, listener, testAddon } from '../engine/driver.ts'
import { freeUdpPort } from './ports.ts'
import { closeLine, type Line, openLine, type Way } from './statistics-line.ts'
import { type PeerCount, type RunningPeer, startSrtPeer, startTransmit } from './statistics-peers.ts'
import type { Direction, DirectionCounters } from './udp-proxy.ts'
import { until } from './wait.ts'

export interface Outcome extends Pick<Line, 'way' | 'wire' | 'offered'> {
  /** When nothing happens any more, for longer than a rate is measured over. */
  final: ConnectionStats
  /** In midstream, ten a second. */
  during: readonly ConnectionStats[]
  /** Datagrams that were dropped between relay and tap: by so many they may differ. */
  slack: number
  proxy: Record<Direction, DirectionCounters>
  peer: PeerCount
}

const SAMPLE_INTERVAL_MS = 100
/** Longer than the latency, and than a rate is measured over: with the last retransmission everything is over. */
const SETTLE_MS = 2500
/** From when on a rate is that of a whole second. */
const MIDSTREAM_AFTER_MS = 1500
/** No longer than this without data: it streams. */
const MOST_PAUSE_MS = 300
const DEADLINE_MS = 20_000

const routesOf = (ways: readonly Way[]): Route[] =>
  ways.map(({ name, role, stream, passphrase }) => ({
    role,
    streamId: name,
    streamKey: stream ?? name,
    ...(passphrase === undefined ? {} : { rules: { ...NO_RULES, passphrase } }),
  }))

const statsOf = (engine: NativeEngine, { name }: Way): ConnectionStats | undefined =>
  engine.snapshot().connections.find(connection => connection.streamId === name)

function isMidstream({ sampledAtMs, connectedAtMs, lastDataAtMs }: ConnectionStats): boolean {
  return sampledAtMs - connectedAtMs > MIDSTREAM_AFTER_MS && sampledAtMs - lastDataAtMs < MOST_PAUSE_MS
}

function startPeer(engine: NativeEngine, line: Line): Promise<RunningPeer> {
  const { way } = line
  if (!way.isTransmit) return startSrtPeer(line)
  const connected = () =>
    until(() => statsOf(engine, way), { deadlineMs: DEADLINE_MS, what: `${way.name} to be connected` })
  return startTransmit(line, connected)
}

/** What grows while they stream. */
interface Watched {
  samples: ConnectionStats[]
  events: EngineEvent[]
}

async function streamAll(
  engine: NativeEngine,
  lines: readonly Line[],
  { samples, events }: Watched,
): Promise<Outcome[]> {
  const start = (role: Role) =>
    lines
      .filter(({ way }) => way.role === role)
      .map(async line => ({ line, peer: await startPeer(engine, line) }))
  const publishers = start('publish')
  const isLive = ({ way }: Line) => way.role === 'play' || statsOf(engine, way) !== undefined
  const live = until(() => lines.every(isLive), { deadlineMs: DEADLINE_MS, what: 'all publishers' })
  // One that cannot connect says why before the deadline.
  await Promise.race([live, Promise.all(publishers).then(() => live)])
  const peers = await Promise.all([...publishers, ...start('play')])
  await Promise.all(peers.map(({ peer }) => peer.sent))
  await sleep(SETTLE_MS)
  const outcomes = peers.map(async ({ line, peer }): Promise<Outcome> => {
    const { way, wire, offered, proxy, tap } = line
    const final = statsOf(engine, way)
    if (final === undefined) throw new Error(`${way.name} is gone: ${JSON.stringify(events)}`)
    const during = samples.filter(one => one.streamId === way.name && isMidstream(one))
    const slack = tap.droppedDatagrams()
    const counted = { way, wire, offered, final, during, slack, proxy: proxy.counters }
    return { ...counted, peer: await peer.finish() }
  })
  return Promise.all(outcomes)
}

/** All ways at once on one engine. The same ways have the same seeds, whatever the engine. */
export async function runStatistics(
  { transport, relayMode }: Pick<EngineSpec, 'transport' | 'relayMode'>,
  ways: readonly Way[],
): Promise<Outcome[]> {
  const changes = { relayMode, maxConnections: ways.length, snapshotIntervalMs: SAMPLE_INTERVAL_MS }
  const watched: Watched = { samples: [], events: [] }
  const engine = testAddon().createEngine(engineSpec(transport, changes), batch =>
    watched.events.push(...batch),
  )
  const takeSample = () => watched.samples.push(...engine.snapshot().connections)
  const sampling = setInterval(takeSample, SAMPLE_INTERVAL_MS)
  const lines: Line[] = []
  const ports: Record<Role, number> = { publish: await freeUdpPort(), play: await freeUdpPort() }
  try {
    // Without patience for packets out of order, which each transport learns in its own way.
    for (const role of ['publish', 'play'] as const)
      engine.open({ ...listener(role, ports[role]), lossMaxTtlPackets: 0 })
    engine.setRoutes(1, routesOf(ways))
    for (const [i, way] of ways.entries()) lines.push(await openLine(way, ports[way.role], 100 * i + 1))
    return await streamAll(engine, lines, watched)
  } finally {
    clearInterval(sampling)
    await engine.stop()
    await Promise.all(lines.map(closeLine))
  }
}
