import {
  type Address,
  CONTROL,
  controlPacket,
  type DataPacket,
  fullAck,
  lossList,
  type SeqRange,
  seqAfter,
  seqDistance,
} from './raw-srt-peer-wire.ts'

export interface RawReceiverOptions {
  initialSeq: number
  /** Packets whose first coming is ignored, as if the network had lost them. */
  loseOnce: readonly number[]
  address: () => Address
  send: (packet: Buffer) => void
}

const NAK_INTERVAL_TICKS = 5
const RTT_US = 20_000

/** Takes data packets in any order, acknowledges what is complete, asks for what is missing. */
export class RawReceiver {
  readonly #options: RawReceiverOptions
  readonly #packets = new Map<number, DataPacket>()
  readonly #dropped = new Set<number>()
  /** The first that is missing, and one past the highest that arrived. */
  #nextSeq: number
  #endSeq: number
  #ackNumber = 0
  #ackAcks = 0
  #duplicates = 0
  #ticks = 0
  readonly #toLose: Set<number>

  constructor(options: RawReceiverOptions) {
    this.#options = options
    this.#nextSeq = this.#endSeq = options.initialSeq
    this.#toLose = new Set(options.loseOnce)
  }

  /** The first that is missing. */
  get nextSeq(): number {
    return this.#nextSeq
  }

  get count(): number {
    return this.#packets.size
  }

  get duplicates(): number {
    return this.#duplicates
  }

  get droppedCount(): number {
    return this.#dropped.size
  }

  /** How many of our ACKs the relay has confirmed. */
  get ackAcks(): number {
    return this.#ackAcks
  }

  /** In the order of their sequence numbers, from `initialSeq` on; packets that were dropped leave no trace. */
  inOrder(): DataPacket[] {
    const { initialSeq } = this.#options
    return [...this.#packets.values()].sort(
      (a, b) => seqDistance(initialSeq, a.seq) - seqDistance(initialSeq, b.seq),
    )
  }

  onData(packet: DataPacket): void {
    if (this.#toLose.delete(packet.seq)) return
    if (this.#packets.has(packet.seq) || seqDistance(this.#nextSeq, packet.seq) < 0) {
      this.#duplicates++
      return
    }
    // The payload is a view into a datagram that Node does not reuse.
    this.#packets.set(packet.seq, packet)
    const isGap = seqDistance(this.#endSeq, packet.seq) > 0
    if (isGap) this.#sendNak([{ first: this.#endSeq, last: seqAfter(packet.seq, -1) }])
    if (seqDistance(this.#endSeq, packet.seq) >= 0) this.#endSeq = seqAfter(packet.seq, 1)
    this.#advance()
  }

  onDropRequest({ first, last }: SeqRange): void {
    for (let seq = first; seqDistance(seq, last) >= 0; seq = seqAfter(seq, 1))
      if (!this.#packets.has(seq)) this.#dropped.add(seq)
    if (seqDistance(this.#endSeq, last) >= 0) this.#endSeq = seqAfter(last, 1)
    this.#advance()
  }

  onAckAck(ackNumber: number): void {
    if (ackNumber <= this.#ackNumber) this.#ackAcks++
  }

  /** Every 10 ms. */
  tick(): void {
    this.#ticks++
    const { address, send } = this.#options
    if (this.#packets.size > 0)
      send(controlPacket(CONTROL.ack, ++this.#ackNumber, address(), fullAck(this.#nextSeq, RTT_US)))
    if (this.#ticks % NAK_INTERVAL_TICKS === 0) this.#sendNak(this.#missing())
  }

  #advance(): void {
    while (this.#packets.has(this.#nextSeq) || this.#dropped.has(this.#nextSeq))
      this.#nextSeq = seqAfter(this.#nextSeq, 1)
  }

  #missing(): SeqRange[] {
    const ranges: SeqRange[] = []
    for (let seq = this.#nextSeq; seqDistance(seq, this.#endSeq) > 0; seq = seqAfter(seq, 1)) {
      if (this.#packets.has(seq) || this.#dropped.has(seq)) continue
      const open = ranges.at(-1)
      if (open !== undefined && seqAfter(open.last, 1) === seq) open.last = seq
      else ranges.push({ first: seq, last: seq })
    }
    return ranges
  }

  #sendNak(ranges: readonly SeqRange[]): void {
    if (ranges.length === 0) return
    this.#options.send(controlPacket(CONTROL.nak, 0, this.#options.address(), lossList(ranges)))
  }
}
