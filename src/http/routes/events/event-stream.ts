import type { ServerResponse } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { EventFeed, StoredEvent } from '../../../events/hub.ts'
import { drained } from './drained.ts'
import type { EventFilter } from './filter.ts'
import { picked } from './filter.ts'
import { frameOf, gapFrame, HEARTBEAT, idFrame } from './frame.ts'
import type { Reader } from './reader.ts'

/** Few enough that one who takes nothing costs little memory. */
const EVENTS_PER_WRITE = 64

export interface EventStreamOptions {
  feed: EventFeed
  response: ServerResponse
  filter: EventFilter
  /** Asked before everything that is sent; undefined: the stream ends. */
  reader: () => Reader | undefined
  /** Begins after this id. */
  afterId: number
  drainMs: number
  farewellMs: number
  onError: (error: unknown) => void
}

/**
 * One subscriber. It pulls events after its own cursor, from memory or from the table, so that what it missed and what
 * happens now come in one order without a seam; and it pulls no faster than the peer takes.
 */
export class EventStream {
  readonly #options: EventStreamOptions
  #cursor: number
  /** The last id that the peer has been told. */
  #toldId: number
  #isAwake = false
  #isPumping = false
  #isEnded = false

  constructor(options: EventStreamOptions) {
    this.#options = options
    this.#cursor = options.afterId
    this.#toldId = options.afterId
    options.response.once('close', () => {
      this.#isEnded = true
    })
  }

  /** There may be something new. */
  wake(): void {
    this.#isAwake = true
    if (!this.#isPumping && !this.#isEnded) void this.#pump()
  }

  /** Keeps proxies from giving up the connection, and the peer's last id young. */
  heartbeat(): void {
    const { response, reader } = this.#options
    if (reader() === undefined) this.end()
    if (this.#isEnded || response.writableNeedDrain) return
    const isBehind = !this.#isPumping && this.#cursor > this.#toldId
    response.write(isBehind ? HEARTBEAT + idFrame(this.#cursor) : HEARTBEAT)
    if (isBehind) this.#toldId = this.#cursor
  }

  /** Ends the answer; a peer that doesn't take its end is cut off. */
  end(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    const { response, farewellMs } = this.#options
    response.end()
    const timer = setTimeout(() => response.destroy(), farewellMs).unref()
    response.once('close', () => clearTimeout(timer))
  }

  async #pump(): Promise<void> {
    this.#isPumping = true
    try {
      while (this.#isAwake && !this.#isEnded) {
        this.#isAwake = false
        await this.#sendAll()
      }
    } catch (error) {
      // The peer comes back after a moment and goes on where it was.
      this.#options.onError(error)
      this.end()
    } finally {
      this.#isPumping = false
    }
  }

  async #sendAll(): Promise<void> {
    const { feed } = this.#options
    for (;;) {
      const lastId = feed.lastId()
      const events = await feed.after(this.#cursor, EVENTS_PER_WRITE)
      const reader = this.#options.reader()
      if (reader === undefined) this.end()
      if (reader === undefined || this.#isEnded) return
      const text = events.length > 0 ? this.#textOf(events, reader) : this.#afterAll(lastId)
      if (!(await this.#write(text)) || events.length === 0) return
      // The table answers at once: a long replay must not keep everybody else waiting.
      await nextTurn()
    }
  }

  /** Moves the cursor over the events. */
  #textOf(events: readonly StoredEvent[], reader: Reader): string {
    const { filter } = this.#options
    let text = ''
    for (const event of events) {
      if (event.id !== this.#cursor + 1) text += gapFrame(this.#cursor)
      this.#cursor = event.id
      const shown = picked(event, filter, reader)
      if (shown === undefined) continue
      text += frameOf(shown)
      this.#toldId = event.id
    }
    return text
  }

  /** There are no events after the cursor; `lastId` is of before the question. */
  #afterAll(lastId: number): string {
    if (this.#cursor >= lastId) return ''
    const text = gapFrame(this.#cursor) + idFrame(lastId)
    this.#cursor = lastId
    this.#toldId = lastId
    return text
  }

  /** False: it is over. */
  async #write(text: string): Promise<boolean> {
    const { response, drainMs } = this.#options
    if (text === '' || response.write(text)) return true
    if (await drained(response, drainMs)) return true
    this.#isEnded = true
    response.destroy()
    return false
  }
}
