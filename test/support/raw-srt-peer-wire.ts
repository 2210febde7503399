/** SRT packets as bytes. Source: SRT Internet-Draft, sections 3.1 (data), 3.2 (control), appendix A (loss lists). */

export const CONTROL = {
  handshake: 0,
  keepalive: 1,
  ack: 2,
  nak: 3,
  shutdown: 5,
  ackAck: 6,
  dropRequest: 7,
} as const

export const INDUCTION = 1
export const CONCLUSION = 0xffffffff
/** A handshake answer of this type or above is a refusal: the reject code plus 1000. */
export const REFUSAL_BASE = 1000

export const HEADER_BYTES = 16
export const SEQ_COUNT = 2 ** 31
/** 1 … 2^26 - 1: libsrt keeps 0 for what has no number. */
export const LAST_MESSAGE = 2 ** 26 - 1
export const TIMESTAMP_COUNT = 2 ** 32

const HANDSHAKE_BYTES = 48
const RANGE_BIT = 0x80000000
const HELLO_REQUEST = 1
const STREAM_ID = 5
const SRT_VERSION = 0x00010501
/** TSBPD both ways, CRYPT, TLPKTDROP, PERIODICNAK, REXMITFLG. */
const SRT_FLAGS = 0x3f

/** Of every packet that goes to one peer at one time. */
export interface Address {
  timestampUs: number
  /** Of the receiver; 0 in a handshake to a listener. */
  socketId: number
}

export interface SeqRange {
  first: number
  last: number
}

/** The number `steps` after `seq`, in the circle of 31 bits. */
export const seqAfter = (seq: number, steps: number): number =>
  (((seq + steps) % SEQ_COUNT) + SEQ_COUNT) % SEQ_COUNT

/** Steps from `from` to `to`, the shorter way round: negative if `to` is before it. */
export function seqDistance(from: number, to: number): number {
  const ahead = seqAfter(to, -from)
  return ahead >= SEQ_COUNT / 2 ? ahead - SEQ_COUNT : ahead
}

/** Microseconds from `fromUs` to `toUs`, the shorter way round: negative if `toUs` is before it. */
export const timestampDistanceUs = (fromUs: number, toUs: number): number => (toUs - fromUs) | 0

export const messageAfter = (message: number): number => (message >= LAST_MESSAGE ? 1 : message + 1)

function words(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, 4 * i)
  return bytes
}

/** The peer ID takes 31 bits of header word 0 for the type; subtypes are not needed here. */
export function controlPacket(
  type: number,
  info: number,
  { timestampUs, socketId }: Address,
  body: Buffer,
): Buffer {
  return Buffer.concat([words([RANGE_BIT | (type << 16), info, timestampUs, socketId]), body])
}

export interface DataPacket {
  seq: number
  message: number
  isRetransmitted: boolean
  timestampUs: number
  payload: Buffer
}

/** A message of one packet, not encrypted. */
export function dataPacket(data: DataPacket, socketId: number): Buffer {
  const flags = 0xc0000000 | (data.isRetransmitted ? 0x04000000 : 0)
  return Buffer.concat([words([data.seq, flags | data.message, data.timestampUs, socketId]), data.payload])
}

export function readDataPacket(packet: Buffer): DataPacket {
  const flags = packet.readUInt32BE(4)
  return {
    seq: packet.readUInt32BE(0),
    message: flags & LAST_MESSAGE,
    isRetransmitted: (flags & 0x04000000) !== 0,
    timestampUs: packet.readUInt32BE(8),
    payload: packet.subarray(HEADER_BYTES),
  }
}

export const isControl = (packet: Buffer): boolean => ((packet[0] ?? 0) & 0x80) !== 0
export const controlType = (packet: Buffer): number => packet.readUInt16BE(0) & 0x7fff

export interface Handshake {
  version: number
  extension: number
  initialSeq: number
  type: number
  socketId: number
  cookie: number
}

export function handshakePacket(handshake: Handshake, timestampUs: number, extensions: Buffer): Buffer {
  const { version, extension, initialSeq, type, socketId, cookie } = handshake
  const fixed = words([version, extension, initialSeq, 1500, 8192, type, socketId, cookie])
  const body = Buffer.concat([fixed, Buffer.alloc(HANDSHAKE_BYTES - fixed.length), extensions])
  return controlPacket(CONTROL.handshake, 0, { timestampUs, socketId: 0 }, body)
}

/** Undefined: no handshake, or cut off. */
export function readHandshake(packet: Buffer): Handshake | undefined {
  if (packet.length < HEADER_BYTES + HANDSHAKE_BYTES || !isControl(packet)) return undefined
  if (controlType(packet) !== CONTROL.handshake) return undefined
  const word = (i: number) => packet.readUInt32BE(HEADER_BYTES + 4 * i)
  return {
    version: word(0),
    extension: word(1) & 0xffff,
    initialSeq: word(2),
    type: word(5),
    socketId: word(6),
    cookie: word(7),
  }
}

function extension(type: number, content: Buffer): Buffer {
  return Buffer.concat([words([type * 0x10000 + content.length / 4]), content])
}

/** The hello with one latency for both directions, and the stream ID. */
export function callerExtensions(streamId: string, latencyMs: number): Buffer {
  const text = Buffer.from(streamId)
  const padded = Buffer.alloc(Math.ceil(text.length / 4) * 4)
  text.copy(padded)
  const hello = words([SRT_VERSION, SRT_FLAGS, latencyMs * 0x10000 + latencyMs])
  // Texts travel with the bytes of each word in reverse order.
  return Buffer.concat([extension(HELLO_REQUEST, hello), extension(STREAM_ID, padded.swap32())])
}

export function lossList(ranges: readonly SeqRange[]): Buffer {
  return words(ranges.flatMap(({ first, last }) => (first === last ? [first] : [RANGE_BIT | first, last])))
}

/** The entries of a NAK's body. Throws on a range that is cut off. */
export function readLossList(body: Buffer): SeqRange[] {
  const ranges: SeqRange[] = []
  for (let at = 0; at < body.length; at += 4) {
    const first = body.readUInt32BE(at)
    if (first < SEQ_COUNT) {
      ranges.push({ first, last: first })
      continue
    }
    at += 4
    ranges.push({ first: first - SEQ_COUNT, last: body.readUInt32BE(at) })
  }
  return ranges
}

/** What an idle receiver on a good network says. */
export const fullAck = (nextSeq: number, rttUs: number): Buffer =>
  words([nextSeq, rttUs, rttUs / 4, 8000, 1000, 10_000, 1_000_000])

export const dropRange = ({ first, last }: SeqRange): Buffer => words([first, last])
