import type { Clock } from '../lib/clock.ts'
import type { Annotation } from '../store/annotations.ts'
import type { MeasuredStreams } from '../store/measured-streams.ts'
import type { PastSession, PastSessions, SessionSelection } from '../store/past-sessions.ts'
import { ALL_STREAMS, type Samples, type SeriesPoint, type StepS } from '../store/samples.ts'

/** How long each period is, and how wide its rows: never more than 1500 of them. */
export const PERIODS = {
  '1h': { lengthS: 3600, stepS: 10 },
  '24h': { lengthS: 86_400, stepS: 60 },
  '7d': { lengthS: 7 * 86_400, stepS: 600 },
  '30d': { lengthS: 30 * 86_400, stepS: 3600 },
} as const satisfies Readonly<Record<string, { lengthS: number; stepS: StepS }>>

export type Period = keyof typeof PERIODS

/** What somebody may know. */
export interface Viewer {
  /** Null: everything. */
  players: SessionSelection['players']
  mayKnowPlayer: (player: string) => boolean
  mayKnowStream: (streamKey: string) => boolean
}

export interface ReportQuery {
  period: Period
  viewer: Viewer
  /** Of one player's stream ID, and the stream it leads to now; undefined: of all that the viewer may know. */
  of?: { player: string; streamKey: string | undefined }
}

export interface Report {
  stepS: number
  /** Unix milliseconds. */
  fromMs: number
  toMs: number
  series: readonly SeriesPoint[]
  totals: ReportTotals
  annotations: readonly Annotation[]
}

export interface ReportTotals {
  publisherSessions: number
  playerSessions: number
  watchS: number
  liveS: number
  bytesIn: number
  bytesOut: number
}

export interface HistoryQuery {
  viewer: Viewer
  of?: { player: string; streamKey: string | undefined }
  role?: 'publisher' | 'player'
  beforeId?: number
  limit: number
}

export interface HistoryEntry extends PastSession {
  durationMs: number
}

export interface ReportsOptions {
  samples: Pick<Samples, 'series'>
  streams: Pick<MeasuredStreams, 'all' | 'find'>
  sessions: Pick<PastSessions, 'find' | 'totals'>
  annotations: (fromMs: number, toMs: number) => Promise<readonly Annotation[]>
  /** Writes what waits, so that it is in the answer. */
  flush: () => Promise<void>
  clock: Pick<Clock, 'nowMs'>
  /** Of this run of the server. */
  runId: string
}

const byTime = (one: Annotation, other: Annotation) => one.atMs - other.atMs || one.id - other.id

/** Answers about what was measured, cut to what the asker may know. Every function throws STORE_UNAVAILABLE. */
export class Reports {
  readonly #options: ReportsOptions

  constructor(options: ReportsOptions) {
    this.#options = options
  }

  async report({ period, viewer, of }: ReportQuery): Promise<Report> {
    const { samples, sessions, annotations, flush, clock } = this.#options
    await flush()
    const { lengthS, stepS } = PERIODS[period]
    const toMs = clock.nowMs()
    const toS = Math.floor(toMs / 1000 / stepS) * stepS
    const fromS = toS - lengthS + stepS
    const fromMs = fromS * 1000
    const selection = await this.#selection(viewer, of)
    const series = await samples.series({ streams: selection.streams ?? [ALL_STREAMS], stepS, fromS, toS })
    const summed = await sessions.totals({ selection, fromMs, toMs })
    const isNoted = ({ player }: Annotation) => isShown(player, viewer, of?.player)
    return {
      ...{ stepS, fromMs, toMs, series },
      totals: {
        publisherSessions: summed.publisherSessions,
        playerSessions: summed.playerSessions,
        watchS: Math.round(summed.watchMs / 1000),
        liveS: Math.round(summed.liveMs / 1000),
        bytesIn: series.reduce((sum, { bytesIn }) => sum + bytesIn, 0),
        bytesOut: series.reduce((sum, { bytesOut }) => sum + bytesOut, 0),
      },
      annotations: (await annotations(fromMs, toMs)).filter(isNoted).sort(byTime),
    }
  }

  /** Newest first; one entry more than `limit` tells that there is another page. */
  async history({ viewer, of, role, beforeId, limit }: HistoryQuery): Promise<HistoryEntry[]> {
    const { sessions, flush, clock, runId } = this.#options
    await flush()
    const selection = await this.#selection(viewer, of)
    const found = await sessions.find({
      selection,
      ...(of === undefined ? {} : { of: { player: of.player, stream: selection.streams?.[0] } }),
      ...(role === undefined ? {} : { role }),
      ...(beforeId === undefined ? {} : { beforeId }),
      limit,
    })
    const nowMs = clock.nowMs()
    return found.map(row => {
      const openEndMs = row.runId === runId ? Math.max(row.lastSeenMs, nowMs) : row.lastSeenMs
      return { ...row, durationMs: Math.max(0, (row.endedMs ?? openEndMs) - row.startedMs) }
    })
  }

  async #selection(
    { players, mayKnowPlayer, mayKnowStream }: Viewer,
    of: ReportQuery['of'],
  ): Promise<SessionSelection> {
    const { streams } = this.#options
    if (of !== undefined) {
      const key = of.streamKey !== undefined && mayKnowStream(of.streamKey) ? [of.streamKey] : []
      const ids = (await streams.find(key)).map(({ id }) => id)
      return { streams: ids, players: { players: mayKnowPlayer(of.player) ? [of.player] : [] } }
    }
    if (players === null) return { streams: null, players }
    const known = (await streams.all()).filter(({ streamKey }) => mayKnowStream(streamKey))
    return { streams: known.map(({ id }) => id), players }
  }
}

/** What is about everything may name anything, so it is for those who may know everything. */
function isShown(
  noted: string | null,
  { players, mayKnowPlayer }: Viewer,
  asked: string | undefined,
): boolean {
  if (noted === null) return players === null
  return mayKnowPlayer(noted) && (asked === undefined || asked === noted)
}
