import { effect, signal } from '@preact/signals'
import type { ServerEvent } from '../api/types.ts'
import { type SseMessage, SseReader } from '../lib/sse.ts'
import { noteAnswer, noteSilence } from './connection.ts'
import { key, noteRefusedKey } from './session.ts'

/** 'off': the server has no event stream, and everything is polled. */
export type EventState = 'waiting' | 'on' | 'off'

export const eventState = signal<EventState>('waiting')

/** How often the server has said that events are gone which nobody was told of. */
export const eventGaps = signal(0)

type Listener = (event: ServerEvent) => void

const listeners = new Set<Listener>()

/** Tells of each event, from now on. Answers what ends it. */
export function onServerEvent(listener: Listener): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

const RETRY_MS = 3000
const RETRY_MAX_MS = 30_000
/** The server sends a comment every 15 s: a connection that is silent for longer is dead. */
const SILENCE_MS = 40_000

function tell({ event: name, data }: SseMessage): void {
  if (name === 'gap') {
    eventGaps.value += 1
    return
  }
  try {
    // The event's form is that of API.md.
    const event = JSON.parse(data) as ServerEvent
    for (const listener of listeners) listener(event)
  } catch {
    // One that can't be read says nothing; the polls find out what it would have told.
  }
}

/** Reads one connection to its end. True: another may be tried. */
async function listen(signal: AbortSignal, last: { id: string; retryMs: number }): Promise<boolean> {
  const usedKey = key.value
  const headers: Record<string, string> = {
    authorization: `Bearer ${usedKey}`,
    accept: 'text/event-stream',
  }
  if (last.id !== '') headers['last-event-id'] = last.id
  const silence = new AbortController()
  const both = AbortSignal.any([signal, silence.signal])
  const answer = await fetch('/api/events', { headers, signal: both, cache: 'no-store' })
  if (answer.status === 401) noteRefusedKey(usedKey)
  const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream') === true
  if (!answer.ok || !isStream || answer.body === null) {
    await answer.body?.cancel()
    return answer.status >= 500 || answer.status === 429
  }
  noteAnswer()
  eventState.value = 'on'
  const reader = new SseReader()
  const pieces = answer.body.pipeThrough(new TextDecoderStream()).getReader()
  for (;;) {
    const timer = setTimeout(() => silence.abort(), SILENCE_MS)
    const { done, value } = await pieces.read().finally(() => clearTimeout(timer))
    if (done) return true
    noteAnswer()
    for (const message of reader.push(value)) tell(message)
    if (reader.lastId !== '') last.id = reader.lastId
    last.retryMs = reader.retryMs ?? last.retryMs
  }
}

const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>(resolve => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })

async function follow(signal: AbortSignal): Promise<void> {
  const last = { id: '', retryMs: RETRY_MS }
  let failures = 0
  while (!signal.aborted) {
    try {
      const isToGoOn = await listen(signal, last)
      failures = 0
      if (!isToGoOn) {
        eventState.value = 'off'
        return
      }
    } catch {
      if (signal.aborted) return
      failures += 1
      noteSilence()
    }
    eventState.value = 'waiting'
    await pause(Math.min(RETRY_MAX_MS, last.retryMs * 2 ** Math.min(failures, 4)), signal)
  }
}

/** Follows the server's events for as long as somebody is signed in. */
export function followEvents(): () => void {
  return effect(() => {
    if (key.value === '') return
    const ender = new AbortController()
    eventState.value = 'waiting'
    void follow(ender.signal)
    return () => ender.abort()
  })
}
