import { effect, signal } from '@preact/signals'
import { get, isAbort, type Page } from '../api/client.ts'
import { type ApiError, asApiError } from '../api/errors.ts'
import type { StreamId } from '../api/types.ts'
import { pollWhileVisible } from '../lib/poll.ts'
import { eventGaps, eventState, onServerEvent } from './events.ts'

/** The stream IDs that the key may see. */
export interface Streams {
  /** Undefined: not loaded yet. */
  rows: readonly StreamId[] | undefined
  /** Whether these are all of them. */
  isComplete: boolean
  error: ApiError | undefined
}

const NOTHING: Streams = { rows: undefined, isComplete: false, error: undefined }

export const streams = signal<Streams>(NOTHING)

const FIRST_ROWS = 500
const EVERY_MS = 60_000
/** A long list is asked for less often. */
const MS_PER_ROW = 40

/** What changes between a load and the first event would be missed. */
let isWithoutEvents = false

const noteEvents = () => {
  isWithoutEvents = eventState.peek() !== 'on'
}

const EVENTS_WAIT_MS = 1000

/** Gives the event stream a moment: a long list is not to be loaded twice. */
function eventsSettled(): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(done, EVENTS_WAIT_MS)
    const end = eventState.subscribe(state => {
      if (state !== 'waiting') setTimeout(done)
    })
    function done() {
      clearTimeout(timer)
      end()
      resolve()
    }
  })
}

async function load(signal: AbortSignal): Promise<void> {
  try {
    noteEvents()
    const first: Page<StreamId> = await get('/api/stream-ids', { query: { limit: FIRST_ROWS }, signal })
    if (first.next_cursor === null) {
      streams.value = { rows: first.data, isComplete: true, error: undefined }
      return
    }
    if (streams.peek().rows === undefined)
      streams.value = { rows: first.data, isComplete: false, error: undefined }
    await eventsSettled()
    noteEvents()
    const all: Page<StreamId> = await get('/api/stream-ids', { query: { format: 'json' }, signal })
    streams.value = { rows: all.data, isComplete: true, error: undefined }
  } catch (error) {
    if (!isAbort(error)) streams.value = { ...streams.peek(), error: asApiError(error) }
    throw error
  }
}

let restart = () => {}
let planned: ReturnType<typeof setTimeout> | undefined
const SOON_MS = 300

/** Loads them again, soon: many changes at once are one reload. */
export function reloadStreams(): void {
  clearTimeout(planned)
  planned = setTimeout(() => restart(), SOON_MS)
}

/** Keeps `streams` up to date; answers what ends it. */
export function watchStreams(): () => void {
  const everyMs = () => Math.max(EVERY_MS, (streams.peek().rows?.length ?? 0) * MS_PER_ROW)
  let end = pollWhileVisible(load, everyMs())
  const own = () => {
    end()
    end = pollWhileVisible(load, everyMs())
  }
  restart = own
  const endEvents = onServerEvent(({ type }) => {
    if (type.startsWith('stream_id.')) reloadStreams()
  })
  const gapsBefore = eventGaps.peek()
  const endWaiting = effect(() => {
    if (eventState.value === 'on' && isWithoutEvents) reloadStreams()
    if (eventGaps.value !== gapsBefore) reloadStreams()
  })
  return () => {
    endWaiting()
    end()
    endEvents()
    // The next page may have begun to watch before this one ends.
    if (restart !== own) return
    clearTimeout(planned)
    restart = () => {}
  }
}

/** Of whoever was signed in before. */
export function forgetStreams(): void {
  streams.value = NOTHING
}
