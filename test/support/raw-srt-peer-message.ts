/** The numbered messages of srt_peer (test/peers/common/message.h), so that either side checks the other's. */

const NULL_PACKET_HEADER = Buffer.from([0x47, 0x1f, 0xff, 0x10])
const TS_PACKET_BYTES = 188
const MAGIC = 0x31544d53
const MAGIC_AT = 4
const SESSION_AT = 8
const SEQUENCE_AT = 12
const SENT_AT = 20
const LENGTH_AT = 28
const CHECKSUM_AT = 32
const HEADER_END = 40
const WORD = 2 ** 32

export interface NumberedMessage {
  /** Chosen by each run of a publisher; another one starts a new count. */
  session: number
  sequence: number
}

/** FNV-1a, 64 bits, in two words: the prime is 2^40 + 0x1b3. */
class Checksum {
  #high = 0xcbf29ce4
  #low = 0x84222325

  add(bytes: Uint8Array): void {
    for (const byte of bytes) {
      const mixed = (this.#low ^ byte) >>> 0
      const product = mixed * 0x1b3
      this.#high = (this.#high * 0x1b3 + Math.floor(product / WORD) + mixed * 256) % WORD
      this.#low = product % WORD
    }
  }

  get value(): bigint {
    return (BigInt(this.#high) << 32n) | BigInt(this.#low)
  }
}

function checksumOf(message: Buffer): bigint {
  const checksum = new Checksum()
  checksum.add(message.subarray(0, CHECKSUM_AT))
  checksum.add(message.subarray(HEADER_END))
  return checksum.value
}

/** Stamped with the monotonic clock, which srt_peer compares with its own. `bytes`: 44…1456. */
export function writeNumbered({ session, sequence }: NumberedMessage, bytes: number): Buffer {
  const message = Buffer.alloc(bytes, sequence & 0xff)
  for (let at = 0; at < bytes; at += TS_PACKET_BYTES) NULL_PACKET_HEADER.copy(message, at)
  message.writeUInt32LE(MAGIC, MAGIC_AT)
  message.writeUInt32LE(session, SESSION_AT)
  message.writeBigUInt64LE(BigInt(sequence), SEQUENCE_AT)
  message.writeBigInt64LE(process.hrtime.bigint() / 1000n, SENT_AT)
  message.writeUInt32LE(bytes, LENGTH_AT)
  message.writeBigUInt64LE(checksumOf(message), CHECKSUM_AT)
  return message
}

/** Only what is bit-exact and as long as it says; anything else is undefined. */
export function readNumbered(message: Buffer): NumberedMessage | undefined {
  if (message.length < HEADER_END || message.readUInt32LE(MAGIC_AT) !== MAGIC) return undefined
  if (message.readUInt32LE(LENGTH_AT) !== message.length) return undefined
  if (message.readBigUInt64LE(CHECKSUM_AT) !== checksumOf(message)) return undefined
  return {
    session: message.readUInt32LE(SESSION_AT),
    sequence: Number(message.readBigUInt64LE(SEQUENCE_AT)),
  }
}
