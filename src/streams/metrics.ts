import { collectDefaultMetrics, Registry } from 'prom-client'
import type { ConnectionStats, EngineEvent, Role } from '../engine/contract.ts'
import type { Clock } from '../lib/clock.ts'
import { AppError } from '../lib/errors.ts'
import { roleByName } from './listener-role.ts'
import { expose, type Family, labelText } from './metrics/exposition.ts'
import { type AnsweredRequest, httpInstruments } from './metrics/http-instruments.ts'
import { PLAYER_FAMILIES, type PlayerRow } from './metrics/player-families.ts'
import {
  type DeliveryResult,
  type RelayInstruments,
  relayInstruments,
  roleLabel,
} from './metrics/relay-instruments.ts'
import { STREAM_FAMILIES, streamRow } from './metrics/stream-families.ts'
import { Traffic } from './metrics/traffic.ts'

export interface RelayMetricsOptions {
  version: string
  srtVersion: string
  clock: Clock
  /** Everybody who is live. Asked once a scrape; may throw ENGINE_STOPPED. */
  connections: () => readonly ConnectionStats[]
  /** The players of a stream, the first of which is its name here: its publisher's stream ID is a secret. */
  playersOf: (streamKey: string) => readonly string[]
  /** The stream that a player's stream ID leads to. */
  hasPlayer: (player: string) => string | undefined
  /** `max_players` of a player's stream ID; 0 = no limit. */
  maxPlayersOf: (player: string) => number
  /** Undefined: the listener is no longer configured. */
  roleOf: (listener: string) => Role | undefined
  streamIdCount: () => number
  /** Publishers and players together. */
  connectionsLimit: () => number
  /** Calls of webhooks since the start. */
  webhookDeliveries: () => Readonly<Record<DeliveryResult, number>>
  alertsRaised: () => number
  /** Streams, and player stream IDs, with series of their own. Default 10 000 of each. */
  maxSeries?: number
}

const MAX_SERIES = 10_000

const RELAY_FAMILIES: readonly Family<Traffic>[] = [
  {
    name: 'sls_relay_received_bytes_total',
    help: 'Payload received from all publishers.',
    type: 'counter',
    value: ({ relay }) => relay.publish.bytes,
  },
  {
    name: 'sls_relay_sent_bytes_total',
    help: 'Payload sent to all players.',
    type: 'counter',
    value: ({ relay }) => relay.play.bytes,
  },
]

/** What Prometheus scrapes. The only door to prom-client; nothing of it is global. */
export class RelayMetrics {
  readonly #options: RelayMetricsOptions
  readonly #registry = new Registry()
  readonly #relay: RelayInstruments
  readonly #traffic: Traffic
  readonly #observeRequest: (request: AnsweredRequest) => void
  /** Numbers begin at 1. */
  #lastSeq = 0

  constructor(options: RelayMetricsOptions) {
    this.#options = options
    const { version, srtVersion, playersOf, hasPlayer, maxSeries = MAX_SERIES } = options
    this.#traffic = new Traffic({
      hasStream: streamKey => playersOf(streamKey).length > 0,
      hasPlayer: player => hasPlayer(player) !== undefined,
      maxSeries,
    })
    this.#relay = relayInstruments(this.#registry)
    this.#relay.buildInfo.set({ version, node: process.versions.node, srt_version: srtVersion }, 1)
    this.#observeRequest = httpInstruments(this.#registry)
    collectDefaultMetrics({ register: this.#registry })
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  /** After whoever keeps `connections` has had them. */
  onEvents(batch: readonly EngineEvent[]): void {
    for (const event of batch) {
      // What is missing before a 'resync' was lost.
      this.#relay.eventsLost.inc(Math.max(0, event.seq - this.#lastSeq - 1))
      this.#lastSeq = event.seq
      this.#onEvent(event)
    }
  }

  observeRequest(request: AnsweredRequest): void {
    this.#observeRequest(request)
  }

  accessLogDropped(count: number): void {
    this.#relay.accessLogDropped.inc(count)
  }

  /** Prometheus text exposition format 0.0.4. */
  async render(): Promise<string> {
    const connections = this.#connections()
    this.#relay.up.set(connections === undefined ? 0 : 1)
    this.#setGauges(connections ?? [])
    this.#setCounts()
    // No await before this: each scrape must show one pass, also when two of them overlap.
    const traffic = connections === undefined ? this.#relayText() : this.#observe(connections)
    return `${await this.#registry.metrics()}\n${traffic}`
  }

  #onEvent(event: EngineEvent): void {
    const { refusals, sessionsStarted, sessionsEnded, tokensUsed } = this.#relay
    const nowMs = this.#options.clock.monotonicMs()
    if (event.type === 'connected') {
      this.#traffic.connected(event)
      sessionsStarted.inc({ role: roleLabel(event.role) })
      if (event.tokenId !== '') tokensUsed.inc()
    } else if (event.type === 'disconnected') {
      const { connectionId, reason, bytes } = event
      const role = this.#traffic.disconnected(connectionId, bytes, nowMs)
      if (role !== undefined) sessionsEnded.inc({ role: roleLabel(role), reason })
    } else if (event.type === 'refused') {
      const { listener, reason, count } = event
      const role = this.#options.roleOf(listener) ?? roleByName(listener)
      refusals.inc({ reason, role: roleLabel(role) }, count)
    }
  }

  /** Undefined: the data plane has stopped. */
  #connections(): readonly ConnectionStats[] | undefined {
    try {
      return this.#options.connections()
    } catch (error) {
      if (error instanceof AppError && error.code === 'ENGINE_STOPPED') return undefined
      throw error
    }
  }

  #setGauges(connections: readonly ConnectionStats[]): void {
    const { publishers, players, streamIds, connectionsLimit } = this.#relay
    const publisherCount = connections.filter(({ role }) => role === 'publish').length
    publishers.set(publisherCount)
    players.set(connections.length - publisherCount)
    streamIds.set(this.#options.streamIdCount())
    connectionsLimit.set(this.#options.connectionsLimit())
  }

  /** What others count. */
  #setCounts(): void {
    const { webhookDeliveries, alertsRaised } = this.#relay
    alertsRaised.set(this.#options.alertsRaised())
    webhookDeliveries.reset()
    const { taken, failed } = this.#options.webhookDeliveries()
    webhookDeliveries.inc({ result: 'taken' }, taken)
    webhookDeliveries.inc({ result: 'failed' }, failed)
  }

  #observe(connections: readonly ConnectionStats[]): string {
    const { sessionsEnded, streamsOmitted, playersOmitted } = this.#relay
    const unreported = this.#traffic.observe(connections, this.#options.clock.monotonicMs())
    for (const role of unreported) sessionsEnded.inc({ role: roleLabel(role), reason: 'unknown' })
    streamsOmitted.set(this.#traffic.streams.omittedCount)
    playersOmitted.set(this.#traffic.players.omittedCount)
    return this.#relayText() + this.#streamText() + this.#playerText()
  }

  #relayText(): string {
    return expose(RELAY_FAMILIES, [{ labels: '', row: this.#traffic }])
  }

  #streamText(): string {
    const nowMs = this.#options.clock.nowMs()
    const rows = [...this.#traffic.streams.accounts()].flatMap(account => {
      const stream = this.#nameOf(account.name)
      return stream === undefined ? [] : { labels: labelText({ stream }), row: streamRow(account, nowMs) }
    })
    return expose(STREAM_FAMILIES, rows)
  }

  #playerText(): string {
    const rows = [...this.#traffic.players.accounts()].flatMap(({ name: player, totals, live }) => {
      const streamKey = this.#options.hasPlayer(player)
      const stream = streamKey === undefined ? undefined : this.#nameOf(streamKey)
      if (stream === undefined) return []
      const row: PlayerRow = { totals, live, maxPlayers: this.#options.maxPlayersOf(player) }
      return { labels: labelText({ stream, player }), row }
    })
    return expose(PLAYER_FAMILIES, rows)
  }

  /** Undefined: the stream has no route any more, and so no name that may be shown. */
  #nameOf(streamKey: string): string | undefined {
    return this.#options.playersOf(streamKey)[0]
  }
}
