import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { writeNumbered } from './raw-srt-peer-message.ts'
import {
  type Address,
  CONTROL,
  controlPacket,
  dataPacket,
  dropRange,
  fullAck,
  lossList,
  SEQ_COUNT,
  seqAfter,
} from './raw-srt-peer-wire.ts'

/** A session that somebody else has, as far as an attacker could know it at best: everything. */
export interface Victim {
  address(): Address
  /** The next packet in either direction. */
  nextSeq(): number
}

const FORGED_SESSION = 0xbad
const USER_DEFINED = 0x7fff

/** One of each kind that would do harm if it were believed. */
export function harmfulPackets({ address, nextSeq }: Victim): Buffer[] {
  const to = address()
  const next = nextSeq()
  const payload = writeNumbered({ session: FORGED_SESSION, sequence: 0 }, 376)
  const data = { message: 1, isRetransmitted: false, timestampUs: to.timestampUs, payload }
  const recent = { first: seqAfter(next, -200), last: seqAfter(next, -1) }
  const coming = { first: next, last: seqAfter(next, 1000) }
  return [
    dataPacket({ ...data, seq: next }, to.socketId),
    dataPacket({ ...data, seq: seqAfter(next, 500) }, to.socketId),
    controlPacket(CONTROL.ack, 1, to, fullAck(seqAfter(next, 5000), 1_000_000)),
    controlPacket(CONTROL.nak, 0, to, lossList([recent])),
    controlPacket(CONTROL.dropRequest, 0, to, dropRange(coming)),
    controlPacket(CONTROL.ackAck, 1, to, Buffer.alloc(4)),
    controlPacket(CONTROL.shutdown, 0, to, Buffer.alloc(4)),
  ]
}

const range = (first: number, last: number) => ({ first: first >>> 0, last: last >>> 0 })

/** Ranges and sizes that no honest peer has: endless, backwards, cut off, of unknown kinds. */
export function absurdPackets({ address, nextSeq }: Victim): Buffer[] {
  const to = address()
  const next = nextSeq()
  const half = SEQ_COUNT / 2
  const ranges = [
    range(0, SEQ_COUNT - 1),
    range(next, seqAfter(next, half - 1)),
    range(next, seqAfter(next, -1)),
    range(seqAfter(next, -half + 1), seqAfter(next, -1)),
  ]
  const many = lossList(Array.from({ length: 180 }, (_, i) => ranges[i % ranges.length] ?? range(0, 0)))
  const nak = (body: Buffer) => controlPacket(CONTROL.nak, 0, to, body)
  const payload = Buffer.alloc(1456, 0x47)
  const far = {
    message: 0,
    isRetransmitted: true,
    timestampUs: (to.timestampUs + 2 ** 31) % 2 ** 32,
    payload,
  }
  return [
    ...ranges.map(each => nak(lossList([each]))),
    ...ranges.map(each => controlPacket(CONTROL.dropRequest, 0, to, dropRange(each))),
    ...ranges.map(({ last }) => controlPacket(CONTROL.ack, 7, to, fullAck(last, 0xffffffff))),
    nak(many),
    nak(Buffer.alloc(0)),
    nak(many.subarray(0, 6)),
    nak(lossList([range(1, 2)]).subarray(0, 4)),
    controlPacket(CONTROL.ack, 8, to, Buffer.alloc(0)),
    controlPacket(CONTROL.ack, 9, to, Buffer.alloc(1200, 0xff)),
    controlPacket(CONTROL.ackAck, 0xffffffff, to, Buffer.alloc(0)),
    controlPacket(CONTROL.dropRequest, 0, to, Buffer.alloc(3)),
    controlPacket(CONTROL.handshake, 0, to, Buffer.alloc(48, 0xff)),
    controlPacket(CONTROL.handshake, 0, to, Buffer.alloc(5)),
    controlPacket(USER_DEFINED, 0, to, Buffer.alloc(100, 0xff)),
    controlPacket(0x1234, 0, to, Buffer.alloc(100)),
    dataPacket({ ...far, seq: seqAfter(next, half - 1) }, to.socketId),
    dataPacket({ ...far, seq: seqAfter(next, -half + 1) }, to.socketId),
    dataPacket({ ...far, seq: seqAfter(next, 100_000), payload: Buffer.alloc(0) }, to.socketId),
    Buffer.alloc(0),
    Buffer.alloc(1, 0x80),
    Buffer.alloc(15),
  ]
}

export interface Stranger {
  send(packet: Buffer): void
  close(): void
}

/** Somebody with an address of their own in 127.0.0.0/8. */
export async function stranger(address: string, port: number): Promise<Stranger> {
  const socket: Socket = createSocket('udp4')
  socket.on('error', () => {})
  socket.bind(0, address)
  await once(socket, 'listening')
  return { send: packet => socket.send(packet, port, '127.0.0.1'), close: () => socket.close() }
}
