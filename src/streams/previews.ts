import { PassThrough, type Readable } from 'node:stream'
import type { Clock } from '../lib/clock.ts'
import { AppError } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'

/** Readers of live streams in all, and of one key or address. */
const MOST_PREVIEWS = 64
const MOST_OF_A_VIEWER = 8
const LONGEST_MS = 3_600_000
const CHECK_INTERVAL_MS = 15_000
/** How long a reader whose preview has been ended may take for what is on its way to it. */
const FAREWELL_MS = 2000

export interface PreviewWish {
  streamKey: string
  /** Whose preview it is, for the limit. */
  viewer: string
  /** Asked again and again: false ends the preview. */
  isAllowed: () => boolean
}

export interface PreviewsOptions {
  /** Throws STREAM_NOT_LIVE, TAP_LIMIT, ENGINE_STOPPED. */
  taps: { tap(streamKey: string): Readable }
  clock: Clock
  log: Logger
}

interface Preview {
  viewer: string
  isAllowed: () => boolean
  tap: Readable
  out: PassThrough
  sinceMs: number
}

const isOverLimit = (error: unknown) => error instanceof AppError && error.code === 'TAP_LIMIT'

/** Who looks at which stream over HTTP: few, for a while, and only as long as they may. */
export class Previews {
  readonly #options: PreviewsOptions
  readonly #open = new Set<Preview>()
  #timer: NodeJS.Timeout | undefined
  #isClosing = false

  constructor(options: PreviewsOptions) {
    this.#options = options
  }

  get count(): number {
    return this.#open.size
  }

  /**
   * The live MPEG-TS of a stream, until its end or that of the right to see it. Throws STREAM_NOT_LIVE, PREVIEW_LIMIT,
   * DRAINING, ENGINE_STOPPED.
   */
  open({ streamKey, viewer, isAllowed }: PreviewWish): Readable {
    if (this.#isClosing) throw new AppError('DRAINING', 'The server is shutting down')
    const mine = [...this.#open].filter(preview => preview.viewer === viewer)
    if (this.#open.size >= MOST_PREVIEWS || mine.length >= MOST_OF_A_VIEWER) throw this.#overLimit()
    const tap = this.#tap(streamKey)
    const out = new PassThrough()
    const preview = { viewer, isAllowed, tap, out, sinceMs: this.#options.clock.monotonicMs() }
    this.#open.add(preview)
    // Whatever ends the tap, the reader gets a proper end.
    tap.once('close', () => out.end())
    tap.on('error', error => this.#options.log.debug({ err: error }, 'a tap broke off'))
    out.on('error', () => undefined)
    out.once('close', () => this.#forget(preview))
    tap.pipe(out, { end: false })
    this.#timer ??= setInterval(() => this.check(), CHECK_INTERVAL_MS).unref()
    return out
  }

  /** Ends what has lasted too long, or is not allowed any more. Happens by itself every 15 s. */
  check(): void {
    const nowMs = this.#options.clock.monotonicMs()
    for (const preview of this.#open) {
      if (nowMs - preview.sinceMs >= LONGEST_MS || !preview.isAllowed()) this.#end(preview)
    }
  }

  /** For good: nobody gets another one. */
  endAll(): void {
    this.#isClosing = true
    for (const preview of this.#open) this.#end(preview)
  }

  #tap(streamKey: string): Readable {
    try {
      return this.#options.taps.tap(streamKey)
    } catch (error) {
      // Those that were closed a moment ago may still count.
      throw isOverLimit(error) ? this.#overLimit(error) : error
    }
  }

  #overLimit(cause?: unknown): AppError {
    return new AppError('PREVIEW_LIMIT', 'Too many previews are open', { cause })
  }

  #end({ tap, out }: Preview): void {
    tap.destroy()
    // A reader that is stuck takes no end either.
    setTimeout(() => out.destroy(), FAREWELL_MS).unref()
  }

  #forget(preview: Preview): void {
    this.#open.delete(preview)
    preview.tap.destroy()
    if (this.#open.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
