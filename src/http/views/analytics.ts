import type { PublicStream as Stream } from '../../analytics/public-status.ts'
import type { HistoryEntry, Period, Report } from '../../analytics/reports.ts'
import { maskId } from '../../lib/mask.ts'
import type { AnalyticsReport, HistorySession, PublicStream } from '../schemas/analytics.ts'
import { isoOfMs } from './times.ts'

const timeOf = (atMs: number) => isoOfMs(atMs) ?? ''
const timeOrNull = (atMs: number | null) => (atMs === null ? null : isoOfMs(atMs))

const rounded = (value: number, digits: number) => {
  const factor = 10 ** digits
  return Math.round(value * factor) / factor
}

function pointView(point: Report['series'][number]): AnalyticsReport['series'][number] {
  return {
    at: timeOf(point.atS * 1000),
    bitrate_kbps: Math.round(point.rateKbps),
    bitrate_min_kbps: Math.round(point.rateMinKbps),
    bitrate_max_kbps: Math.round(point.rateMaxKbps),
    rtt_ms: rounded(point.rttMs, 1),
    rtt_max_ms: rounded(point.rttMaxMs, 1),
    loss_percent: rounded(point.lossPercent, 3),
    loss_max_percent: rounded(point.lossMaxPercent, 3),
    buffer_ms: Math.round(point.bufferMs),
    players: rounded(point.players, 2),
    players_max: point.playersMax,
    live_s: rounded(point.liveS, 1),
  }
}

/** `player`: as asked for, if the asking key may know it. */
export function reportView(report: Report, period: Period, player: string | null): AnalyticsReport {
  const { totals } = report
  return {
    period,
    step_s: report.stepS,
    from: timeOf(report.fromMs),
    to: timeOf(report.toMs),
    player,
    series: report.series.map(pointView),
    totals: {
      publisher_sessions: totals.publisherSessions,
      player_sessions: totals.playerSessions,
      watch_s: totals.watchS,
      live_s: totals.liveS,
      bytes_in: totals.bytesIn,
      bytes_out: totals.bytesOut,
    },
    annotations: report.annotations.map(({ id, player, atMs, untilMs, text, author }) => {
      return { id, player, at: timeOf(atMs), until: timeOrNull(untilMs), text, author }
    }),
  }
}

/** `players`: of the stream, those that the asking key may know. */
export function historyView(
  entry: HistoryEntry,
  players: readonly string[],
  isPublisherShown: boolean,
): HistorySession {
  return {
    id: entry.id,
    session_id: entry.connectionId,
    role: entry.role,
    player: entry.player,
    players: [...players],
    publisher: isPublisherShown ? maskId(entry.streamKey) : '',
    address: entry.address,
    srt_version: entry.srtVersion,
    encryption: entry.encryption,
    latency_ms: entry.latencyMs,
    started: timeOf(entry.startedMs),
    ended: timeOrNull(entry.endedMs),
    duration_s: Math.floor(entry.durationMs / 1000),
    reason: entry.reason,
    bytes: entry.bytes,
  }
}

export function publicStreamView({ name, live, sinceMs, availabilityPercent }: Stream): PublicStream {
  return { name, live, since: timeOrNull(sinceMs), availability_percent: availabilityPercent }
}
