import type { Random } from './random.ts'

/** What a network does to one direction. All zero: nothing. */
export interface ImpairmentOptions {
  /** Of single datagrams, 0…100. */
  lossPercent: number
  /** The chance of a datagram, 0…100, to be the first of a run that is lost. */
  burstPercent: number
  burstDatagrams: number
  delayMs: number
  /** Up to this much is added to the delay of each, evenly spread: datagrams overtake each other. */
  jitterMs: number
  duplicatePercent: number
}

export const UNIMPAIRED: ImpairmentOptions = {
  lossPercent: 0,
  burstPercent: 0,
  burstDatagrams: 0,
  delayMs: 0,
  jitterMs: 0,
  duplicatePercent: 0,
}

/** Decides the fate of each datagram of one direction. */
export class Impairment {
  #options: ImpairmentOptions
  readonly #random: Random
  #burstLeft = 0

  constructor(options: Partial<ImpairmentOptions>, random: Random) {
    this.#options = { ...UNIMPAIRED, ...options }
    this.#random = random
  }

  /** From the next datagram on; what is not named stays as it is. */
  change(options: Partial<ImpairmentOptions>): void {
    this.#options = { ...this.#options, ...options }
  }

  /** The delays in ms of the copies to deliver of the next datagram: none, one or two. */
  next(): number[] {
    if (this.#isLost()) return []
    const copies = this.#happens(this.#options.duplicatePercent) ? 2 : 1
    return Array.from(
      { length: copies },
      () => this.#options.delayMs + this.#random() * this.#options.jitterMs,
    )
  }

  #isLost(): boolean {
    if (this.#burstLeft > 0) {
      this.#burstLeft--
      return true
    }
    if (this.#happens(this.#options.burstPercent)) {
      this.#burstLeft = this.#options.burstDatagrams - 1
      return true
    }
    return this.#happens(this.#options.lossPercent)
  }

  #happens(percent: number): boolean {
    return percent > 0 && this.#random() * 100 < percent
  }
}
