import type { Clock } from '../lib/clock.ts'
import type { MeasuredStreams } from '../store/measured-streams.ts'
import type { Samples } from '../store/samples.ts'

const KEPT_MS = 5000
/** Changes by less than a hundredth of a percent in that time. */
const AVAILABILITY_KEPT_MS = 60_000
const HOUR_S = 3600
const WINDOW_S = 30 * 86_400
const SAMPLE_S = 10

/** A stream that everybody may know of. It has no ID here. */
export interface PublicStream {
  name: string
  live: boolean
  /** Unix milliseconds; null: nobody publishes it. */
  sinceMs: number | null
  /** Of the last 30 days, or of the time since it was first live; null: nothing was measured. */
  availabilityPercent: number | null
}

export interface PublicName {
  name: string
  streamKey: string
}

export interface PublicStatusOptions {
  /** In the order in which they were added. */
  names: () => Promise<readonly PublicName[]>
  /** Undefined: nobody publishes it. May throw ENGINE_STOPPED. */
  publisher: (streamKey: string) => { connectedAtMs: number } | undefined
  /** Whether streams are measured; if not, nothing is said of their availability. */
  isMeasured: () => boolean
  streams: Pick<MeasuredStreams, 'find'>
  samples: Pick<Samples, 'liveSeconds'>
  clock: Clock
}

/** What everybody may know of the streams that have a public name, from memory for some seconds. */
export class PublicStatus {
  readonly #options: PublicStatusOptions
  #list: { atMs: number; streams: Promise<readonly PublicStream[]> } | undefined
  #availability: { atMs: number; names: string; percents: ReadonlyMap<string, number> } | undefined

  constructor(options: PublicStatusOptions) {
    this.#options = options
  }

  /** Throws STORE_UNAVAILABLE, ENGINE_STOPPED. */
  list(): Promise<readonly PublicStream[]> {
    const atMs = this.#options.clock.monotonicMs()
    if (this.#list !== undefined && atMs - this.#list.atMs < KEPT_MS) return this.#list.streams
    const streams = this.#find()
    const list = { atMs, streams }
    this.#list = list
    // What failed is asked again by the next one.
    streams.catch(() => {
      if (this.#list === list) this.#list = undefined
    })
    return streams
  }

  async #find(): Promise<PublicStream[]> {
    const { names, publisher, isMeasured } = this.#options
    const known = await names()
    const percents = isMeasured() ? await this.#percents(known) : new Map<string, number>()
    return known.map(({ name, streamKey }) => {
      const session = publisher(streamKey)
      return {
        name,
        live: session !== undefined,
        sinceMs: session?.connectedAtMs ?? null,
        availabilityPercent: percents.get(streamKey) ?? null,
      }
    })
  }

  async #percents(known: readonly PublicName[]): Promise<ReadonlyMap<string, number>> {
    const atMs = this.#options.clock.monotonicMs()
    const names = JSON.stringify(known)
    const { atMs: lastMs = 0, names: lastNames } = this.#availability ?? {}
    if (this.#availability !== undefined && lastNames === names && atMs - lastMs < AVAILABILITY_KEPT_MS)
      return this.#availability.percents
    const percents = await this.#measure(known.map(({ streamKey }) => streamKey))
    this.#availability = { atMs, names, percents }
    return percents
  }

  async #measure(streamKeys: readonly string[]): Promise<Map<string, number>> {
    const { streams, samples, clock } = this.#options
    const measured = await streams.find(streamKeys)
    // The last sample: what came after it is not in the rows.
    const toS = Math.floor(clock.nowMs() / 1000 / SAMPLE_S) * SAMPLE_S
    const fromS = Math.ceil((toS - WINDOW_S) / HOUR_S) * HOUR_S
    const ids = measured.map(({ id }) => id)
    const liveS = await samples.liveSeconds({ streams: ids, stepS: HOUR_S, fromS, toS })
    const percents = new Map<string, number>()
    for (const { id, streamKey, firstMs } of measured) {
      const spanS = toS - Math.max(fromS, firstMs / 1000)
      if (spanS < SAMPLE_S) continue
      percents.set(streamKey, Math.min(100, Math.round(((liveS.get(id) ?? 0) / spanS) * 10_000) / 100))
    }
    return percents
  }
}
