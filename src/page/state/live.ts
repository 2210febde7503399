import { batch, signal } from '@preact/signals'
import { get, isAbort, type Page } from '../api/client.ts'
import { type ApiError, asApiError } from '../api/errors.ts'
import type { Session, StreamId } from '../api/types.ts'
import { pollWhileVisible } from '../lib/poll.ts'
import { onServerEvent } from './events.ts'
import { forgetSamples, remember } from './history.ts'

/** What is live right now, as far as the key may know. */
export interface Live {
  /** Publisher stream ID → its session. */
  publishers: ReadonlyMap<string, Session>
  /** Player stream ID → how many are connected; undefined: not counted yet. */
  players: ReadonlyMap<string, number> | undefined
  atMs: number | null
  error: ApiError | undefined
}

const NOTHING: Live = { publishers: new Map(), players: undefined, atMs: null, error: undefined }

export const live = signal<Live>(NOTHING)

const PUBLISHERS_MS = 2000
const PLAYERS_MS = 5000
const PAGE_ROWS = 1000
/** A relay with more is asked less often, so that its rate limit is not used up. */
const MOST_PAGES = 20

async function sessionsOf(
  role: Session['role'],
  signal: AbortSignal,
): Promise<{ rows: Session[]; pages: number }> {
  const rows: Session[] = []
  let cursor: string | null = null
  for (let pages = 1; ; pages++) {
    const page: Page<Session> = await get('/api/sessions', {
      query: { role, limit: PAGE_ROWS, cursor },
      signal,
    })
    rows.push(...page.data)
    cursor = page.next_cursor
    if (cursor === null || pages === MOST_PAGES) return { rows, pages }
  }
}

const rest = (pages: number, everyMs: number) =>
  new Promise<void>(resolve => setTimeout(resolve, (pages - 1) * everyMs))

async function loadPublishers(signal: AbortSignal): Promise<void> {
  try {
    const { rows, pages } = await sessionsOf('publisher', signal)
    const atMs = Date.now()
    remember(rows, atMs)
    const publishers = new Map(rows.map(session => [session.publisher, session]))
    live.value = { ...live.peek(), publishers, atMs, error: undefined }
    await rest(pages, PUBLISHERS_MS)
  } catch (error) {
    if (!isAbort(error)) live.value = { ...live.peek(), error: asApiError(error) }
    throw error
  }
}

async function loadPlayers(signal: AbortSignal): Promise<void> {
  const { rows, pages } = await sessionsOf('player', signal)
  const players = new Map<string, number>()
  for (const { player } of rows) if (player !== null) players.set(player, (players.get(player) ?? 0) + 1)
  live.value = { ...live.peek(), players }
  await rest(pages, PLAYERS_MS)
}

const CHANGES_PUBLISHERS = ['publish', 'unpublish', 'stalled', 'recovered']

/** Keeps `live` up to date; answers what ends it. An event makes the next look come at once. */
export function watchLive(): () => void {
  let endPublishers = pollWhileVisible(loadPublishers, PUBLISHERS_MS)
  const endPlayers = pollWhileVisible(loadPlayers, PLAYERS_MS)
  const endEvents = onServerEvent(({ type }) => {
    if (!CHANGES_PUBLISHERS.includes(type)) return
    endPublishers()
    endPublishers = pollWhileVisible(loadPublishers, PUBLISHERS_MS)
  })
  return () => {
    endPublishers()
    endPlayers()
    endEvents()
  }
}

/** Of whoever was signed in before. */
export function forgetLive(): void {
  batch(() => {
    live.value = NOTHING
    forgetSamples()
  })
}

export type StreamState = 'live' | 'stalled' | 'offline'

/** A publisher's bitrate is 0 two seconds after its last packet; one that has just come has none yet. */
const STALLED_AFTER_S = 5

export function stateOf(session: Session | undefined, row?: StreamId): StreamState {
  // A scoped key may know that a stream is live and not by whom.
  if (session === undefined) return row?.publisher === '' && row.live ? 'live' : 'offline'
  return session.bitrate_kbps === 0 && session.uptime >= STALLED_AFTER_S ? 'stalled' : 'live'
}
