import type { Random } from './random.ts'

const MOST_RECORDED = 1000
const SOCKET_ID_AT = 12
const HEADER_BYTES = 16

/** Real datagrams, each to be had again with something wrong in it. */
export class Mutations {
  readonly #recorded: Buffer[] = []
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  get count(): number {
    return this.#recorded.length
  }

  /** Keeps a copy; once there are many, in place of a random one. */
  record(datagram: Buffer): void {
    const copy = Buffer.from(datagram)
    if (this.#recorded.length < MOST_RECORDED) this.#recorded.push(copy)
    else this.#recorded[this.#upTo(MOST_RECORDED)] = copy
  }

  /** Up to 8 bits are flipped, mostly in the header; one in eight is cut short. Throws before the first record(). */
  next(): Buffer {
    const source = this.#recorded[this.#upTo(this.#recorded.length)]
    if (source === undefined) throw new Error('nothing was recorded')
    const mutant = Buffer.from(source)
    for (let flips = 1 + this.#upTo(8); flips > 0; flips--) {
      const reach = this.#random() < 0.7 ? Math.min(64, mutant.length) : mutant.length
      const at = this.#upTo(reach)
      mutant[at] = (mutant[at] ?? 0) ^ (1 << this.#upTo(8))
    }
    // With another socket ID it would end at the door.
    if (this.#random() < 0.9 && mutant.length >= HEADER_BYTES)
      source.copy(mutant, SOCKET_ID_AT, SOCKET_ID_AT, HEADER_BYTES)
    return this.#random() < 0.125 ? mutant.subarray(0, this.#upTo(mutant.length)) : mutant
  }

  #upTo(count: number): number {
    return Math.floor(this.#random() * count)
  }
}
