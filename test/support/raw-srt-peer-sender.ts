import {
  type Address,
  CONTROL,
  controlPacket,
  type DataPacket,
  dataPacket,
  messageAfter,
  type SeqRange,
  seqAfter,
  seqDistance,
} from './raw-srt-peer-wire.ts'

export interface RawSenderOptions {
  initialSeq: number
  initialMessage: number
  address: () => Address
  send: (packet: Buffer) => void
}

/** Sends numbered packets, keeps them until they are acknowledged, and answers NAKs. */
export class RawSender {
  readonly #options: RawSenderOptions
  readonly #unacknowledged = new Map<number, DataPacket>()
  #nextSeq: number
  #nextMessage: number
  #acknowledgedSeq: number
  #retransmitted = 0
  #strayNaks = 0

  constructor(options: RawSenderOptions) {
    this.#options = options
    this.#nextSeq = this.#acknowledgedSeq = options.initialSeq
    this.#nextMessage = options.initialMessage
  }

  get nextSeq(): number {
    return this.#nextSeq
  }

  get nextMessage(): number {
    return this.#nextMessage
  }

  /** The first packet that the relay has not acknowledged. */
  get acknowledgedSeq(): number {
    return this.#acknowledgedSeq
  }

  get unacknowledgedCount(): number {
    return this.#unacknowledged.size
  }

  get retransmitted(): number {
    return this.#retransmitted
  }

  /** NAK entries that asked for what was never sent, or acknowledged before. */
  get strayNaks(): number {
    return this.#strayNaks
  }

  /** Returns what it made of it. `isLost`: kept and numbered, but not put on the wire before it is asked for. */
  sendMessage(payload: Buffer, isLost: boolean = false): DataPacket {
    const { timestampUs, socketId } = this.#options.address()
    const packet = {
      seq: this.#nextSeq,
      message: this.#nextMessage,
      isRetransmitted: false,
      timestampUs,
      payload,
    }
    this.#unacknowledged.set(packet.seq, packet)
    this.#nextSeq = seqAfter(this.#nextSeq, 1)
    this.#nextMessage = messageAfter(this.#nextMessage)
    if (!isLost) this.#options.send(dataPacket(packet, socketId))
    return packet
  }

  onAck(ackNumber: number, nextSeq: number): void {
    for (let seq = this.#acknowledgedSeq; seqDistance(seq, nextSeq) > 0; seq = seqAfter(seq, 1))
      this.#unacknowledged.delete(seq)
    if (seqDistance(this.#acknowledgedSeq, nextSeq) > 0) this.#acknowledgedSeq = nextSeq
    // A light ACK has no number, and no answer.
    if (ackNumber === 0) return
    const { address, send } = this.#options
    send(controlPacket(CONTROL.ackAck, ackNumber, address(), Buffer.alloc(4)))
  }

  onNak(ranges: readonly SeqRange[]): void {
    for (const { first, last } of ranges) {
      for (let seq = first; seqDistance(seq, last) >= 0; seq = seqAfter(seq, 1)) this.#sendAgain(seq)
    }
  }

  #sendAgain(seq: number): void {
    const packet = this.#unacknowledged.get(seq)
    if (packet === undefined) {
      this.#strayNaks++
      return
    }
    this.#retransmitted++
    this.#options.send(dataPacket({ ...packet, isRetransmitted: true }, this.#options.address().socketId))
  }
}
