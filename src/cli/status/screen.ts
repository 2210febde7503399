import { shownDuration, shownRate, shownTime } from '../terminal/amounts.ts'
import { type Column, tableLines } from '../terminal/columns.ts'
import type { Paint } from '../terminal/style.ts'
import { cut } from '../terminal/text.ts'
import type { LiveStream, RaisedAlert, StatusReport } from './report.ts'

/** One screen. */
const MOST_STREAMS = 15
const MOST_ALERTS = 10
const NAME_CELLS = 40

const STREAM_COLUMNS: readonly Column<LiveStream>[] = [
  { title: 'STREAM', of: ({ name }) => name, most: NAME_CELLS },
  { title: 'BITRATE', side: 'right', of: ({ publisher }) => shownRate(publisher.bitrateKbps) },
  { title: 'PLAYERS', side: 'right', of: ({ players }) => String(players) },
  { title: 'RTT', side: 'right', of: ({ publisher }) => `${publisher.rttMs.toFixed(0)} ms` },
  { title: 'LOSS', side: 'right', of: ({ publisher }) => `${publisher.lossPercent.toFixed(2)} %` },
  { title: 'LIVE FOR', side: 'right', of: ({ publisher }) => shownDuration(publisher.uptimeS) },
]

const UNITS: Readonly<Record<string, string>> = {
  bitrate_below: ' kbit/s',
  rtt_above: ' ms',
  loss_above: ' %',
  stalled: ' s',
}

const ALERT_COLUMNS: readonly Column<RaisedAlert>[] = [
  { title: 'ALERT', of: ({ kind }) => kind },
  { title: 'PLAYER', of: ({ player }) => player, most: NAME_CELLS },
  {
    title: 'VALUE',
    side: 'right',
    of: ({ kind, value }) => (value === null ? '' : value + (UNITS[kind] ?? '')),
  },
  { title: 'SINCE', of: ({ raisedMs }) => shownTime(raisedMs) },
  { title: 'RULE', of: ({ name }) => cut(name, NAME_CELLS) },
]

const more = (count: number, most: number, where: string) =>
  count > most ? [`… and ${count - most} more: ${where}`] : []

function serverLines({ server, reasons }: StatusReport, url: string, paint: Paint): string[] {
  const { version, uptimeS, serverMs } = server
  const since = shownTime(serverMs - uptimeS * 1000)
  const ready =
    reasons.length === 0 ? paint('green', 'ready') : paint('red', `not ready: ${reasons.join('; ')}`)
  return [
    `${paint('bold', `srt-live-server ${version}`)} at ${url}`,
    `Up for ${shownDuration(uptimeS)}, since ${since}; ${ready}`,
  ]
}

function streamLines({ streams, players, inKbps, outKbps }: StatusReport, paint: Paint): string[] {
  const totals = `in ${shownRate(inKbps)}, out ${shownRate(outKbps)}`
  const [title = '', ...lines] = tableLines(STREAM_COLUMNS, streams.slice(0, MOST_STREAMS))
  return [
    `Streams live: ${streams.length}, players: ${players}, ${totals}`,
    ...(lines.length === 0 ? [] : [paint('dim', title), ...lines]),
    ...more(streams.length, MOST_STREAMS, 'sls top'),
  ]
}

function refusalLine({ refusals }: StatusReport): string {
  const total = refusals.reduce((all, [, count]) => all + count, 0)
  const parts = refusals.map(([reason, count]) => `${reason} ${count}`).join(', ')
  return `Refused in the last hour: ${total}${parts === '' ? '' : ` (${parts})`}`
}

function alertLines({ alerts }: StatusReport, paint: Paint): string[] {
  if (alerts.length === 0) return ['Alerts: none']
  const [title = '', ...lines] = tableLines(ALERT_COLUMNS, alerts.slice(0, MOST_ALERTS))
  return [
    paint('red', `Alerts: ${alerts.length}`),
    paint('dim', title),
    ...lines,
    ...more(alerts.length, MOST_ALERTS, 'GET /api/alerts'),
  ]
}

/** The lines of `sls status`. */
export function statusLines(report: StatusReport, url: string, paint: Paint): string[] {
  return [
    ...serverLines(report, url, paint),
    '',
    ...streamLines(report, paint),
    '',
    refusalLine(report),
    ...alertLines(report, paint),
  ]
}
