/**
 * What TypeScript and the native addon say to each other. The C++ mirror is native/src/core/options.h and
 * event.h. Numbers are plain numbers (byte counts fit 2^53); every unit is in the name; ids cross, objects don't.
 */

/** native.ts refuses an addon built for another number. Raise it with every change in this file. */
export const CONTRACT_VERSION = 4

export type Role = 'publish' | 'play'
export type Transport = 'libsrt' | 'direct'
export type RelayMode = 'timed' | 'cut_through'
export type UdpSend = 'segment' | 'batch' | 'single'

/** The engine for its whole life. */
export interface EngineSpec {
  transport: Transport
  relayMode: RelayMode
  /** I/O threads, 1…64. With libsrt a stream lives on one of them; with direct its players are on all. */
  workerCount: number
  /** Publishers and players together; a connection above it is refused as 'overload'. */
  maxConnections: number
  /** Kept per live stream for players that are behind. */
  ringBytes: number
  /** How often workers refresh what snapshot() returns. */
  snapshotIntervalMs: number
  /** Direct transport: most time a packet waits for companions on its way to a player, 0…50. */
  egressBatchMs: number
  /** Direct transport: a player's latency is at least that of its stream's publisher. */
  isPlayerLatencyFloor: boolean
  /** Direct transport: retransmissions to one player, in per cent of what it is sent first, 0…1000; 0 = no limit. */
  maxRexmitPercent: number
  /**
   * Direct transport: UDP GSO with sendmmsg, sendmmsg alone, or one sendmsg a packet. What the kernel lacks is fallen
   * back from without being told.
   */
  udpSend: UdpSend
  /** Direct transport: each worker has a socket of its own on every port (SO_REUSEPORT); false = one carries all. */
  isPortShared: boolean
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
  /** Undefined: nothing beyond what holds for every stream ID of the listener. */
  rules?: RouteRules
}

/** Which route; no two have the same. */
export type RouteName = Pick<Route, 'role' | 'streamId'>

/** What one stream ID may; every field has a value that means "no rule". */
export interface RouteRules {
  /** Passphrase of this stream instead of the listener's; '' = the listener's. 10…79 bytes. */
  passphrase: string
  /** IP addresses and CIDR blocks this stream ID may be used from; empty = everywhere. IPv4 in plain notation. */
  networks: readonly string[]
  /** Play: how many players at once with this stream ID; 0 = no limit. */
  maxPlayers: number
  /** Publish: a payload rate above this for longer than rateGraceMs ends the session; 0 = no limit. */
  maxRateKbps: number
  rateGraceMs: number
  /** Play: the `sub` claim of the play tokens that stand for this stream ID; '' = none does. */
  tokenSubject: string
  /** Play: true refuses everybody without a play token. */
  isTokenRequired: boolean
  /** Play: tokens issued (`iat`) before this are refused. Unix seconds; 0 = none. */
  tokensNotBeforeS: number
}

/** How play tokens are checked: JWTs, HS256 (RFC 7519, RFC 7518 3.2). */
export interface TokenSpec {
  /** The HMAC key as UTF-8 text, at least 32 bytes; '' = every token is refused. */
  secret: string
  /** Tokens with `max_uses` that were used before this engine started. */
  used: readonly TokenUse[]
}

export interface TokenUse {
  /** `jti`. */
  tokenId: string
  useCount: number
  /** `exp`, Unix seconds; forgotten afterwards. */
  expiresAtS: number
}

/**
 * Why a connection was refused, with the SRT reject code the peer sees (SRT access control guidelines; below 1000
 * libsrt's own, docs/API/API-functions.md "Rejection reasons"). 0: the handshake was over, the peer sees a close.
 */
export const REFUSE_CODES = {
  'bad-passphrase': 10,
  'no-encryption': 11, // One side encrypts, the other doesn't.
  malformed: 1400,
  'unknown-stream-id': 1401,
  overload: 1402,
  forbidden: 1403,
  'not-live': 1404,
  'duplicate-publisher': 1409,
  'not-ready': 1503,
  'token-missing': 1401,
  'token-invalid': 1401, // Not ours, for another stream ID, another address, or revoked.
  'token-expired': 1401,
  'token-used-up': 1401,
  network: 1403, // The address is outside the stream ID's networks.
  'player-limit': 1402,
  latency: 0, // Negotiated more than latencyMaxMs.
} as const
export type RefuseReason = keyof typeof REFUSE_CODES

export type CloseReason =
  | 'peer' // the peer closed, or the transport gave it up
  | 'idle' // no data for idleTimeoutMs, or the publisher did not return within lingerMs
  | 'latency' // negotiated more than latencyMaxMs
  | 'refused' // the approval said no, or never came
  | 'duplicate' // lost the race for a stream that has a publisher
  | 'slow' // a player that stayed behind the ring
  | 'kicked' // kick()
  | 'replaced' // a newcomer took the stream over
  | 'bitrate' // a publisher above its maxRateKbps for longer than rateGraceMs
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
        /** How many within the last second with this listener, reason, peer address and stream ID. */
        count: number
        lastPeer: string
        /** As the peer sent it, or of the route where that is known; without a play token. */
        lastStreamId: string
        /** What the peer asked for; -1 = the transport can't tell. */
        latencyMs: number
        /** Whether the peer wanted encryption. */
        encryption: 'unknown' | 'none' | 'encrypted'
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
  /** AES key length; 0 = not encrypted, or not known. */
  keyLengthBytes: number
  /** `jti` of the play token it was admitted with; '' = none. */
  tokenId: string
  /** That token's `max_uses` (0 = no limit) and `exp` in Unix seconds; 0 without a token. */
  tokenMaxUses: number
  tokenExpiresAtS: number
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
  /** The transport's estimate of the link. */
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
  /** Publishers: came after their time, came more than once, or could not be decrypted. */
  packetsBelated: number
  packetsDuplicate: number
  packetsUndecrypted: number
  /** Players: times the ring lapped the cursor, and what is waiting in it now. */
  ringOverruns: number
  ringBacklogBytes: number
}

export interface EngineSnapshot {
  lastSeq: number
  routesVersion: number
  connections: ConnectionStats[]
}

/** Of all taps of an engine, the closed ones too. */
export interface TapTotals {
  open: number
  /** Payload handed to readers. */
  bytes: number
  /** Messages that a reader was too slow for. */
  messagesDropped: number
}

/** How many taps an engine has at most. */
export const MAX_TAPS = 64

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
  /**
   * As setRoutes() with the table in force without `gone`, and with `put` in place of the routes with their role and
   * stream ID; costs next to nothing for what stays. Throws ENGINE_ARGUMENT before the first setRoutes().
   */
  changeRoutes(version: number, gone: readonly RouteName[], put: readonly Route[]): void
  /** Atomic; in force when it returns. Before the first call every token is refused. Uses counted so far stay. */
  setTokens(spec: TokenSpec): void
  /** Answers 'approval-wanted'. False: already gone. */
  decide(connectionId: number, verdict: 'admit' | 'refuse'): boolean
  /** False: no such connection. */
  kick(connectionId: number): boolean
  /**
   * A reader of a stream beside its players: the descriptor of a stream socket, which the caller owns and closes. Out of it
   * come the messages of the stream, decrypted, whole and in order, beginning with what is kept of the last two seconds.
   * Where the reader is too slow, messages are left out. It goes on when the publisher comes back or is replaced, and ends
   * with the stream; closing the descriptor ends it too. It is no player: not in the snapshot, in no event, and it keeps no
   * stream alive. Throws STREAM_NOT_LIVE, TAP_LIMIT.
   */
  tap(streamKey: string): number
  tapTotals(): TapTotals
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
