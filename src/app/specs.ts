import type { Config, ServerConfig } from '../config/config.ts'
import type { EngineSpec, ListenerSpec, RelayMode, Role, Transport } from '../engine/contract.ts'

const SNAPSHOT_INTERVAL_MS = 500

/** libsrt hands a packet over at its time and never before. */
const DEFAULT_RELAY_MODES: Readonly<Record<Transport, RelayMode>> = { libsrt: 'timed', direct: 'cut_through' }

/** The engine a configuration asks for. */
export function engineSpec({ srt }: Config): EngineSpec {
  const workerCount = Math.max(1, srt.workerThreads)
  return {
    transport: srt.transport,
    relayMode: srt.relayMode ?? DEFAULT_RELAY_MODES[srt.transport],
    workerCount,
    maxConnections: srt.workerConnections * workerCount,
    ringBytes: srt.ringSizeBytes,
    snapshotIntervalMs: SNAPSHOT_INTERVAL_MS,
    egressBatchMs: srt.egressBatchMs,
    isPlayerLatencyFloor: srt.playerLatencyFloor,
    maxRexmitPercent: srt.maxRexmitPercent,
    udpSend: srt.udpSend,
    isPortShared: srt.portSharing,
  }
}

interface Port {
  kind: 'play' | 'publish' | 'publish-srtla'
  role: Role
  port: number | undefined
}

/** The UDP ports a configuration asks for, with on_event_url as their approval. */
export function listenerSpecs(config: Config, resolveHost: (host: string) => string): ListenerSpec[] {
  return config.servers.flatMap(server =>
    portsOf(server).map(port => listenerSpec(server, port, resolveHost)),
  )
}

/** The on_event_url of each listener that has one, by listener name. */
export function hooksOf(config: Config): Map<string, { url: string; timeoutMs: number }> {
  const hooks = new Map<string, { url: string; timeoutMs: number }>()
  for (const server of config.servers) {
    if (server.onEventUrl === '') continue
    const hook = { url: server.onEventUrl, timeoutMs: server.onEventTimeoutMs }
    for (const port of portsOf(server)) hooks.set(nameOf(server, port), hook)
  }
  return hooks
}

/** The role of a listener's port; undefined: no server block has it any more. */
export function roleOfListener(config: Config, listener: string): Role | undefined {
  const named = config.servers.flatMap(server =>
    portsOf(server).map(port => ({ name: nameOf(server, port), role: port.role })),
  )
  return named.find(({ name }) => name === listener)?.role
}

type OpenPort = Port & { port: number }

function portsOf(server: ServerConfig): OpenPort[] {
  const ports: Port[] = [
    { kind: 'play', role: 'play', port: server.listenPlayer },
    { kind: 'publish', role: 'publish', port: server.listenPublisher },
    { kind: 'publish-srtla', role: 'publish', port: server.listenPublisherSrtla },
  ]
  return ports.filter((port): port is OpenPort => port.port !== undefined)
}

/** Ends in the port's number; the address is in it only where it isn't the default. */
function nameOf(server: ServerConfig, { kind, port }: OpenPort): string {
  return server.srtHost === '::' ? `${kind}:${port}` : `${kind}:${server.srtHost}:${port}`
}

function listenerSpec(
  server: ServerConfig,
  port: OpenPort,
  resolveHost: (host: string) => string,
): ListenerSpec {
  const isPublisher = port.role === 'publish'
  const neverWhenZero = (seconds: number) => (seconds > 0 ? seconds * 1000 : -1)
  return {
    name: nameOf(server, port),
    role: port.role,
    host: resolveHost(server.srtHost),
    port: port.port,
    backlog: server.backlog,
    // The player's own wish counts: the server we replace sets no floor on that port either.
    latencyMinMs: isPublisher ? server.latencyMinMs : 0,
    latencyMaxMs: server.latencyMaxMs,
    lossMaxTtlPackets: server.reorderTolerancePackets,
    reorderTolerant: port.kind === 'publish-srtla',
    passphrase: server.passphrase,
    keyLengthBytes: server.pbkeylenBytes,
    idleTimeoutMs: neverWhenZero(server.idleStreamsTimeoutS),
    lingerMs: server.publisherExitDelayS * 1000,
    takeoverAfterMs: server.publisherTakeoverAfterMs,
    approval: server.onEventUrl === '' ? 'granted' : 'ask',
    // A little later than the hook's own deadline, which gives the better reason.
    approvalTimeoutMs: server.onEventTimeoutMs + 1000,
  }
}
