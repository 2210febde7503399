/** What srt_peer publishes, read from one run of bytes. Layout: test/peers/common/message.h. */

const MAGIC = 0x31544d53
const TS_PACKET_BYTES = 188
const SYNC_BYTE = 0x47
const [MAGIC_AT, SESSION_AT, SEQUENCE_AT, LENGTH_AT, CHECKSUM_AT, HEADER_END] = [4, 8, 12, 28, 32, 40]
const FNV_PRIME = 0x100000001b3n
const FNV_BASIS = 0xcbf29ce484222325n

export interface PeerMessage {
  /** Of one run of a publisher. */
  session: number
  sequence: number
}

function fnv1a(start: bigint, bytes: Uint8Array): bigint {
  let hash = start
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * FNV_PRIME)
  return hash
}

function messageAt(bytes: Buffer, at: number): { message: PeerMessage; length: number } | undefined {
  if (bytes.length - at < HEADER_END) return undefined
  if (bytes.readUInt32LE(at + MAGIC_AT) !== MAGIC) throw new Error(`no message begins at byte ${at}`)
  const length = bytes.readUInt32LE(at + LENGTH_AT)
  const whole = bytes.subarray(at, at + length)
  if (whole.length < length) return undefined
  for (let packet = 0; packet < length; packet += TS_PACKET_BYTES) {
    if (whole[packet] !== SYNC_BYTE) throw new Error(`no sync byte ${packet} bytes into a message`)
  }
  const sum = fnv1a(fnv1a(FNV_BASIS, whole.subarray(0, CHECKSUM_AT)), whole.subarray(HEADER_END))
  if (whole.readBigUInt64LE(CHECKSUM_AT) !== sum)
    throw new Error(`the message at byte ${at} is not bit-exact`)
  const sequence = Number(whole.readBigUInt64LE(SEQUENCE_AT))
  return { message: { session: whole.readUInt32LE(SESSION_AT), sequence }, length }
}

/** Every message in order, and what is left of the last. Throws where a message is cut, torn or not bit-exact. */
export function readMessages(bytes: Buffer): { messages: PeerMessage[]; rest: Buffer } {
  const messages: PeerMessage[] = []
  let at = 0
  for (;;) {
    const found = messageAt(bytes, at)
    if (found === undefined) return { messages, rest: bytes.subarray(at) }
    messages.push(found.message)
    at += found.length
  }
}

/** How many messages are missing between the first and the last of each publisher. Throws where one comes twice or late. */
export function gapsOf(messages: readonly PeerMessage[]): number {
  let gaps = 0
  for (const [i, { session, sequence }] of messages.entries()) {
    const before = messages[i - 1]
    if (before === undefined || before.session !== session) continue
    if (sequence <= before.sequence) throw new Error(`${sequence} came behind ${before.sequence}`)
    gaps += sequence - before.sequence - 1
  }
  return gaps
}
