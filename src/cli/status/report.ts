import { type ServerState, serverState } from '../live/server-state.ts'
import type { LiveSession } from '../live/session.ts'
import { sessionOf } from '../live/session.ts'
import { StreamNames } from '../live/stream-names.ts'
import type { ApiClient } from '../remote/client.ts'
import type { Fields } from '../remote/fields.ts'
import { harmless } from '../terminal/text.ts'

const HOUR_MS = 3_600_000

export interface RaisedAlert {
  kind: string
  player: string
  name: string
  value: number | null
  raisedMs: number
}

export interface LiveStream {
  name: string
  publisher: LiveSession
  players: number
}

/** What `sls status` shows. */
export interface StatusReport {
  server: ServerState
  /** Why it cannot serve; empty: it is ready. */
  reasons: readonly string[]
  /** The fastest first. */
  streams: readonly LiveStream[]
  players: number
  inKbps: number
  outKbps: number
  /** How often each reason refused somebody within the last hour, the most frequent first. */
  refusals: readonly (readonly [reason: string, count: number])[]
  /** The newest first. */
  alerts: readonly RaisedAlert[]
}

const sum = (sessions: readonly LiveSession[]) =>
  sessions.reduce((all, { bitrateKbps }) => all + bitrateKbps, 0)

function streamsOf(sessions: readonly LiveSession[], names: StreamNames): LiveStream[] {
  const players = new Map<string, number>()
  for (const { role, streamKey } of sessions)
    if (role === 'player') players.set(streamKey, (players.get(streamKey) ?? 0) + 1)
  return sessions
    .filter(({ role }) => role === 'publisher')
    .map(publisher => {
      return { name: names.of(publisher), publisher, players: players.get(publisher.streamKey) ?? 0 }
    })
    .sort((one, other) => other.publisher.bitrateKbps - one.publisher.bitrateKbps)
}

function refusalsOf(rows: readonly Fields[], nowMs: number): [string, number][] {
  const counts = new Map<string, number>()
  for (const row of rows) {
    if (!(Date.parse(row.text('at')) >= nowMs - HOUR_MS)) continue
    const reason = harmless(row.text('reason'))
    counts.set(reason, (counts.get(reason) ?? 0) + row.number('count'))
  }
  return [...counts].sort(([, one], [, other]) => other - one)
}

const alertOf = (row: Fields): RaisedAlert => ({
  kind: harmless(row.text('kind')),
  player: harmless(row.text('player')),
  name: harmless(row.text('name')),
  value: row.numberOrNull('value'),
  raisedMs: Date.parse(row.text('raised')),
})

async function reasonsOf(client: ApiClient): Promise<string[]> {
  const { status, body } = await client.get('/ready', [503])
  if (status !== 503) return []
  const reasons = body.texts('reasons')
  return reasons.length > 0 ? reasons.map(harmless) : ['It says no more']
}

/** Asks a server how it is. Throws CommandError. */
export async function statusReport(client: ApiClient): Promise<StatusReport> {
  const server = await serverState(client)
  const sessions = (await client.rows('/api/sessions')).map(sessionOf)
  const names = new StreamNames()
  if (names.lacks(sessions)) await names.refresh(client)
  const players = sessions.filter(({ role }) => role === 'player')
  const publishers = sessions.filter(({ role }) => role === 'publisher')
  return {
    server,
    reasons: await reasonsOf(client),
    streams: streamsOf(sessions, names),
    players: players.length,
    inKbps: sum(publishers),
    outKbps: sum(players),
    refusals: refusalsOf(await client.rows('/api/refusals'), server.serverMs),
    alerts: (await client.rows('/api/alerts?state=raised', 1000)).map(alertOf),
  }
}
