import {
  CONTROL,
  controlType,
  HEADER_BYTES,
  isControl,
  readDataPacket,
  readHandshake,
  readLossList,
  seqAfter,
  seqDistance,
} from './raw-srt-peer-wire.ts'
import type { Direction } from './udp-proxy.ts'

/** IPv4, UDP and SRT, as libsrt counts them: docs/API/statistics.md. */
export const COUNTED_HEADER_BYTES = 44

const IP_UDP_BYTES = 28
const FULL_PACKET_BYTES = 1500
const MICROSECONDS = 1000
const RTT_AT = HEADER_BYTES + 4
const CAPACITY_AT = HEADER_BYTES + 20
/** Draft section 3.2.4: a sender lets the packets with number 0 modulo 16 and the one behind it go without a pause. */
const PROBE_EVERY = 16
/** Draft section 4.10: a sample counts by an eighth. */
const RTT_SHARE = 1 / 8
const BOTH_KEYS = 0x18000000

/** A data packet says from now on that it was encrypted with the other key. */
export function takeOtherKey(datagram: Buffer): void {
  if (!isControl(datagram)) datagram.writeUInt32BE((datagram.readUInt32BE(4) ^ BOTH_KEYS) >>> 0, 4)
}

/**
 * The statistics of one connection as its datagrams tell them to somebody who stands next to the relay: counted from
 * the draft alone, so that both transports are held against something that is neither.
 */
export class WireCount {
  readonly #dataDirection: Direction
  readonly #seen = new Set<number>()
  readonly #ackSentMs = new Map<number, number>()
  readonly #repeated = new Set<number>()
  readonly #askedSeqs = new Set<number>()
  readonly #probesMbps: number[] = []
  #firstSeq: number | undefined
  #nextSeq: number | undefined
  #ackedSeq: number | undefined
  #probe: { seq: number; atMs: number } | undefined
  /** Data, first sendings and repeated ones. */
  packets = 0
  payloadBytes = 0
  /** Data with different sequence numbers. */
  uniquePackets = 0
  uniqueBytes = 0
  /** With the flag of a retransmission. */
  retransmitted = 0
  /** Sequence numbers that were passed over when a later one came: what a receiver sees as lost. */
  passedOver = 0
  /** Asked for again, once for each time it was asked for. */
  asked = 0
  /** Of those, what was not acknowledged before: else the request is void. */
  askedInTime = 0
  /** Full acknowledgements that were answered. */
  rttSamples = 0
  /** Smoothed, from ACK to ACKACK: of a publisher, whose relay measures it. */
  measuredRttMs = 0
  /** In the last full ACK: of a player, who measures it. */
  toldRttMs = 0
  /** In the last full ACK, for packets of 1500 bytes. */
  toldBandwidthMbps = 0

  constructor(dataDirection: Direction) {
    this.#dataDirection = dataDirection
  }

  /** From the first sequence number to the highest that was seen: what more was sent, nobody can miss. */
  get span(): number {
    return this.#firstSeq === undefined || this.#nextSeq === undefined
      ? 0
      : seqDistance(this.#firstSeq, this.#nextSeq)
  }

  /** Sequence numbers that were asked for and not sent again. */
  get unanswered(): number {
    return [...this.#askedSeqs].filter(seq => !this.#repeated.has(seq)).length
  }

  /** What the last so many packet pairs say, their median. 0 = there was none. */
  probedMbps(lastPairs: number): number {
    const sorted = this.#probesMbps.slice(-lastPairs).sort((a, b) => a - b)
    return sorted[sorted.length >> 1] ?? 0
  }

  see(direction: Direction, datagram: Buffer): void {
    if (datagram.length < HEADER_BYTES) return
    if (isControl(datagram)) this.#seeControl(direction, datagram)
    else if (direction === this.#dataDirection) this.#seeData(datagram)
  }

  #seeData(datagram: Buffer): void {
    const { seq, isRetransmitted, payload } = readDataPacket(datagram)
    this.packets++
    this.payloadBytes += payload.length
    if (isRetransmitted) this.retransmitted++
    else this.#seeProbe(seq, datagram.length + IP_UDP_BYTES)
    if (this.#seen.has(seq)) {
      this.#repeated.add(seq)
    } else {
      this.#seen.add(seq)
      this.uniquePackets++
      this.uniqueBytes += payload.length
    }
    const ahead = seqDistance(this.#nextSeq ?? seq, seq)
    if (ahead < 0) return
    this.passedOver += ahead
    this.#nextSeq = seqAfter(seq, 1)
  }

  #seeProbe(seq: number, bytes: number): void {
    const atMs = performance.now()
    if (this.#probe !== undefined && seqDistance(this.#probe.seq, seq) === 1)
      this.#probesMbps.push((bytes * 8) / 1000 / (atMs - this.#probe.atMs))
    this.#probe = seq % PROBE_EVERY === 0 ? { seq, atMs } : undefined
  }

  #seeControl(direction: Direction, datagram: Buffer): void {
    const type = controlType(datagram)
    // Both directions begin with the caller's number.
    if (type === CONTROL.handshake && direction === 'toServer')
      this.#begin(readHandshake(datagram)?.initialSeq)
    const isOfReceiver = direction !== this.#dataDirection
    if (type === CONTROL.ack && isOfReceiver) this.#seeAck(datagram)
    if (type === CONTROL.ackAck && !isOfReceiver) this.#seeAckAck(datagram.readUInt32BE(4))
    if (type === CONTROL.nak && isOfReceiver)
      for (const { first, last } of readLossList(datagram.subarray(HEADER_BYTES)))
        this.#ask(first, seqDistance(first, last) + 1)
  }

  #begin(initialSeq: number | undefined): void {
    this.#firstSeq ??= initialSeq
    this.#nextSeq ??= initialSeq
  }

  #ask(first: number, count: number): void {
    this.asked += count
    const acknowledged = Math.max(0, seqDistance(first, this.#ackedSeq ?? first))
    this.askedInTime += Math.max(0, count - acknowledged)
    for (let i = 0; i < count; i++) this.#askedSeqs.add(seqAfter(first, i))
  }

  #seeAck(datagram: Buffer): void {
    if (datagram.length < HEADER_BYTES + 4) return
    const ackedSeq = datagram.readUInt32BE(HEADER_BYTES)
    // An overtaken one says nothing new.
    if (seqDistance(this.#ackedSeq ?? ackedSeq, ackedSeq) < 0) return
    this.#ackedSeq = ackedSeq
    const ackNumber = datagram.readUInt32BE(4)
    if (ackNumber === 0) return
    if (!this.#ackSentMs.has(ackNumber)) this.#ackSentMs.set(ackNumber, performance.now())
    // A light one has neither, a small one no capacity.
    if (datagram.length >= RTT_AT + 4) this.toldRttMs = datagram.readUInt32BE(RTT_AT) / MICROSECONDS
    if (datagram.length < CAPACITY_AT + 4) return
    this.toldBandwidthMbps = (datagram.readUInt32BE(CAPACITY_AT) * FULL_PACKET_BYTES * 8) / 1e6
  }

  #seeAckAck(ackNumber: number): void {
    const sentMs = this.#ackSentMs.get(ackNumber)
    if (sentMs === undefined) return
    this.#ackSentMs.delete(ackNumber)
    const sampleMs = performance.now() - sentMs
    this.measuredRttMs += (sampleMs - this.measuredRttMs) * (this.rttSamples === 0 ? 1 : RTT_SHARE)
    this.rttSamples++
  }
}
