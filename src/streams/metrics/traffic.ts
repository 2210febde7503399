import type { ConnectionIdentity, ConnectionStats, Role } from '../../engine/contract.ts'
import { Ledger } from './ledger.ts'
import { addGrowth, noTraffic, type Totals } from './totals.ts'

export interface TrafficOptions {
  /** Whether a stream, or a player's stream ID, can still be reached. */
  hasStream: (streamKey: string) => boolean
  hasPlayer: (player: string) => boolean
  /** Of streams, and of players. */
  maxSeries: number
}

type SessionIdentity = Pick<ConnectionIdentity, 'connectionId' | 'role' | 'streamId' | 'streamKey'>

interface Session extends SessionIdentity {
  readonly seen: Totals
  lastPass: number
  /** Monotonic; since when no pass has seen it. */
  missingSinceMs: number | undefined
}

/** A session whose events were lost may be missing from one sample; after this long it has gone. */
const GONE_AFTER_MS = 2000

/**
 * Adds the counters of sessions up into totals that never fall while sessions come and go. Bytes are exact to the end
 * of a session; its other counters are as of the last pass before that.
 */
export class Traffic {
  readonly streams: Ledger
  readonly players: Ledger
  /** Of publishers: received. Of players: sent. */
  readonly relay: Readonly<Record<Role, Totals>> = { publish: noTraffic(), play: noTraffic() }
  readonly #options: TrafficOptions
  readonly #sessions = new Map<number, Session>()
  #pass = 0

  constructor(options: TrafficOptions) {
    this.#options = options
    this.streams = new Ledger(options.maxSeries)
    this.players = new Ledger(options.maxSeries)
  }

  /** A pass may have seen it before its event came. */
  connected({ connectionId, role, streamId, streamKey }: SessionIdentity): Session {
    const known = this.#sessions.get(connectionId)
    if (known !== undefined) return known
    const identity = { connectionId, role, streamId, streamKey }
    const session = { ...identity, seen: noTraffic(), lastPass: this.#pass, missingSinceMs: undefined }
    this.#sessions.set(connectionId, session)
    return session
  }

  /** The role it had; undefined: it never was a session. */
  disconnected(connectionId: number, bytes: number, nowMs: number): Role | undefined {
    const session = this.#sessions.get(connectionId)
    if (session === undefined) return undefined
    this.#book(session, { bytes }, nowMs)
    this.#sessions.delete(connectionId)
    return session.role
  }

  /** One pass over everything that is live. Returns the roles of sessions whose end was never reported. */
  observe(connections: readonly ConnectionStats[], nowMs: number): Role[] {
    this.#pass += 1
    this.streams.beginPass()
    this.players.beginPass()
    for (const connection of connections) this.#observeOne(connection, nowMs)
    this.streams.endPass(this.#options.hasStream, nowMs)
    this.players.endPass(this.#options.hasPlayer, nowMs)
    return this.#sessions.size > connections.length ? this.#forgetMissing(nowMs) : []
  }

  #observeOne(connection: ConnectionStats, nowMs: number): void {
    const session = this.#sessions.get(connection.connectionId) ?? this.connected(connection)
    session.lastPass = this.#pass
    session.missingSinceMs = undefined
    this.streams.seeLive(session.streamKey, connection, nowMs)
    if (session.role === 'play') this.players.seeLive(session.streamId, connection, nowMs)
    this.#book(session, connection, nowMs)
  }

  #book(session: Session, now: Partial<Totals>, nowMs: number): void {
    const { role, streamId, streamKey, seen } = session
    const account = role === 'play' ? this.players.open(streamId, nowMs) : this.streams.open(streamKey, nowMs)
    if (account === undefined) addGrowth(seen, now, this.relay[role])
    else addGrowth(seen, now, this.relay[role], account.totals)
  }

  #forgetMissing(nowMs: number): Role[] {
    const roles: Role[] = []
    for (const session of this.#sessions.values()) {
      if (session.lastPass === this.#pass) continue
      session.missingSinceMs ??= nowMs
      if (nowMs - session.missingSinceMs < GONE_AFTER_MS) continue
      this.#sessions.delete(session.connectionId)
      roles.push(session.role)
    }
    return roles
  }
}
