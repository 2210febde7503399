/**
 * What TypeScript and the native addon say to each other. The C++ mirror is native/src/core/options.h and
 * event.h. Numbers are plain numbers (byte counts fit 2^53); every unit is in the name; ids cross, objects don't.
 */

/** native.ts refuses an addon built for another number. Raise it with every change in this file. */
export const CONTRACT_VERSION = 1

export type Role = 'publish' | 'play'
export type Transport = 'libsrt' | 'direct'
export type RelayMode = 'timed' | 'cut_through'

/** The engine for its whole life. */
export interface EngineSpec {
  transport: Transport
  relayMode: RelayMode
  /** I/O threads, 1…64. A stream lives on one of them. */
  workerCount: number
  /** Publishers and players together; a connection above it is refused as 'overload'. */
  maxConnections: number
  /** Kept per live stream for players that are behind. */
  ringBytes: number
  /** How often workers refresh what snapshot() returns. */
  snapshotIntervalMs: number
}

/** What may change on an open listener without touching its port. */
export interface ListenerPolicy {
  /** A connection that negotiated more is closed right after the handshake; 0 = no ceiling. */
  latencyMaxMs: number
  /** A publisher without data for this long is closed; -1 = never. */
  idleTimeoutMs: number
  /** How long a stream and its players wait for the return of a publisher that came through this listener. */
  lingerMs: number
  /** A live publisher silent for this long gives way to a newcomer with the same stream ID; -1 = never. */
  takeoverAfterMs: number
  /** 'ask': each connection is parked and reported as 'approval-wanted' until decide(). */
  approval: 'granted' | 'ask'
  /** A parked connection without a decision is refused after this. */
  approvalTimeoutMs: number
}

/** One UDP port; everything but the policy is fixed while it is open. */
export interface ListenerSpec extends ListenerPolicy {
  /** Unique, chosen by the caller, e.g. 'play:4000'. */
  name: string
  role: Role
  /** IP address; '::' takes IPv4 too. */
  host: string
  port: number
  backlog: number
  /** Floor of the negotiated latency; 0 = leave it to the peer (at least 20 ms). */
  latencyMinMs: number
  /** Reorder tolerance before a packet is reported lost (SRTO_LOSSMAXTTL). */
  lossMaxTtlPackets: number
  /** Behind an SRTLA receiver packets arrive out of order: no periodic NAK reports. */
  reorderTolerant: boolean
  /** '' = no encryption; otherwise 10…79 bytes, and peers without it are refused. */
  passphrase: string
  /** AES key length offered to players and demanded from nobody: 0 (= 16), 16, 24 or 32. */
  keyLengthBytes: number
}

/** Who may connect as what. The table is always replaced whole. */
export interface Route {
  role: Role
  /** The exact UTF-8 text the peer sends, 1…512 bytes. */
  streamId: string
  /** The stream it publishes or plays: the publisher's stream ID. */
  streamKey: string
}

/** Why a connection was refused, with the SRT reject code the peer sees (SRT access control guidelines). */
export const REFUSE_CODES = {
  malformed: 1400,
  'unknown-stream-id': 1401,
  overload: 1402,
  forbidden: 1403,
  'not-live': 1404,
  'duplicate-publisher': 1409,
  'not-ready': 1503,
} as const
export type RefuseReason = keyof typeof REFUSE_CODES

export type CloseReason =
  | 'peer' // the peer closed, or libsrt gave it up
  | 'idle' // no data for idleTimeoutMs, or the publisher did not return within lingerMs
  | 'latency' // negotiated more than latencyMaxMs
  | 'refused' // the approval said no, or never came
  | 'duplicate' // lost the race for a stream that has a publisher
  | 'slow' // a player that stayed behind the ring
  | 'kicked' // kick()
  | 'replaced' // a newcomer took the stream over
  | 'stopping'

export interface EventBase {
  /** Rises by one; a gap means that events were lost, and a 'resync' follows. */
  seq: number
  atMs: number
}

export type EngineEvent = EventBase &
  (
    | ({ type: 'connected' } & ConnectionIdentity)
    | ({ type: 'approval-wanted' } & ConnectionIdentity)
    | { type: 'disconnected'; connectionId: number; reason: CloseReason; durationMs: number; bytes: number }
    | {
        type: 'refused'
        listener: string
        reason: RefuseReason
        count: number
        lastPeer: string
        lastStreamId: string
      }
    | { type: 'log'; level: 'warn' | 'error'; area: string; text: string; count: number }
    | { type: 'resync' }
    | { type: 'fault'; code: string; message: string }
  )

export interface ConnectionIdentity {
  connectionId: number
  listener: string
  role: Role
  streamId: string
  streamKey: string
  /** 'address:port', IPv6 in brackets; IPv4 never in its IPv6-mapped form. */
  peer: string
  latencyMs: number
  srtVersion: string
  encrypted: boolean
}

/**
 * One live connection. Counters are totals since connect and never cleared: the control plane subtracts.
 * For a publisher they count what was received, for a player what was sent. Source: libsrt docs/API/statistics.md.
 */
export interface ConnectionStats extends ConnectionIdentity {
  connectedAtMs: number
  sampledAtMs: number
  /** When payload last went through; 0 = never. */
  lastDataAtMs: number
  rttMs: number
  /** Buffered and not yet delivered (publisher) or not yet acknowledged (player). */
  bufferMs: number
  /** Payload rate over the last second; 0 within two seconds of the last packet. */
  rateKbps: number
  /** libsrt's estimate of the link. */
  bandwidthMbps: number
  /** Payload. */
  bytes: number
  packets: number
  /** With SRT, UDP and IP headers. */
  wireBytes: number
  packetsLost: number
  bytesLost: number
  packetsDropped: number
  bytesDropped: number
  packetsRetransmitted: number
  /** Players: times the ring lapped the cursor, and what is waiting in it now. */
  ringOverruns: number
  ringBacklogBytes: number
}

export interface EngineSnapshot {
  lastSeq: number
  routesVersion: number
  connections: ConnectionStats[]
}

/** Calls come from the JavaScript thread and never wait for a worker, except stop(). After stop: ENGINE_STOPPED. */
export interface NativeEngine {
  /** Binds and listens. Throws SRT_BIND or SRT_OPTION. */
  open(spec: ListenerSpec): void
  /** Stops listening; live connections stay. False: no such listener. */
  close(listenerName: string): boolean
  /** Replaces the policy of an open listener, for its live connections too. False: no such listener. */
  configure(listenerName: string, policy: ListenerPolicy): boolean
  /** Atomic; in force when it returns. Before the first call everybody is refused as 'not-ready'. */
  setRoutes(version: number, routes: readonly Route[]): void
  /** Answers 'approval-wanted'. False: already gone. */
  decide(connectionId: number, verdict: 'admit' | 'refuse'): boolean
  /** False: no such connection. */
  kick(connectionId: number): boolean
  /** A copy of the workers' last sample. */
  snapshot(): EngineSnapshot
  /** Refuses newcomers as 'not-ready' from now on; live connections go on. */
  drain(): void
  /** Closes everything; resolves when every thread is joined. May be called twice. */
  stop(): Promise<void>
}

export interface NativeAddon {
  readonly contractVersion: number
  capabilities(): { srtVersion: string; transports: Transport[]; relayModes: Record<string, RelayMode[]> }
  createEngine(spec: EngineSpec, onEvents: (batch: EngineEvent[]) => void): NativeEngine
}
