/** MPEG-TS for tests: a stream of numbered packets, and what is wrong with a stream. Source: ISO/IEC 13818-1. */

export const TS_PACKET_BYTES = 188
const SYNC_BYTE = 0x47
const PAT_PID = 0
const PMT_PID = 0x1000
const DATA_PID = 0x100
const NULL_PID = 0x1fff
const PSI_INTERVAL_PACKETS = 100
const MAGIC = Buffer.from('SLSn')
const NUMBER_OFFSET = 4 + MAGIC.length
const PRIVATE_DATA_STREAM = 0x06

function packet(pid: number, continuity: number, isStart: boolean): Buffer {
  const bytes = Buffer.alloc(TS_PACKET_BYTES, 0xff)
  bytes[0] = SYNC_BYTE
  bytes.writeUInt16BE((isStart ? 0x4000 : 0) | pid, 1)
  bytes[3] = 0x10 | (continuity & 0x0f)
  return bytes
}

/** CRC-32/MPEG-2, annex A. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte << 24
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1
  }
  return crc >>> 0
}

function psiPacket(pid: number, continuity: number, tableId: number, body: readonly number[]): Buffer {
  const bytes = packet(pid, continuity, true)
  const length = body.length + 9
  const section = [tableId, 0xb0 | (length >> 8), length & 0xff, 0, 1, 0xc1, 0, 0, ...body]
  bytes[4] = 0
  bytes.set(section, 5)
  bytes.writeUInt32BE(crc32(Buffer.from(section)), 5 + section.length)
  return bytes
}

const pat = (continuity: number) =>
  psiPacket(PAT_PID, continuity, 0, [0, 1, 0xe0 | (PMT_PID >> 8), PMT_PID & 0xff])

const pmt = (continuity: number) => {
  const pcrPid = [0xe0 | (DATA_PID >> 8), DATA_PID & 0xff]
  return psiPacket(PMT_PID, continuity, 2, [...pcrPid, 0xf0, 0, PRIVATE_DATA_STREAM, ...pcrPid, 0xf0, 0])
}

function dataPacket(number: number): Buffer {
  const bytes = packet(DATA_PID, number, false)
  MAGIC.copy(bytes, 4)
  bytes.writeUInt32BE(number, NUMBER_OFFSET)
  for (let at = NUMBER_OFFSET + 4; at < bytes.length; at++) bytes[at] = (number * 31 + at) & 0xff
  return bytes
}

/**
 * A stream of `packets` TS packets: PAT and PMT every hundred, the rest numbered from `firstNumber` on. Two
 * publishers with numbers far apart can be told apart in what a player recorded.
 */
export function tsStream({ packets, firstNumber = 0 }: { packets: number; firstNumber?: number }): Buffer {
  const all: Buffer[] = []
  let number = firstNumber
  for (let i = 0; i < packets; i++) {
    const round = Math.floor(i / PSI_INTERVAL_PACKETS)
    if (i % PSI_INTERVAL_PACKETS === 0) all.push(pat(round))
    else if (i % PSI_INTERVAL_PACKETS === 1) all.push(pmt(round))
    else all.push(dataPacket(number++))
  }
  return Buffer.concat(all)
}

/** As many TS packets as a stream of that rate has in that time. */
export const packetsIn = (seconds: number, rateKbps: number): number =>
  Math.ceil((seconds * rateKbps * 1000) / 8 / TS_PACKET_BYTES)

export interface PidReport {
  packets: number
  continuityErrors: number
  /** The same packet twice in a row, which the standard allows once. */
  duplicates: number
}

export interface TsReport {
  packets: number
  /** Times the sync byte was not where it should be. */
  syncLosses: number
  /** Bytes that belong to no packet. */
  junkBytes: number
  continuityErrors: number
  duplicates: number
  pids: Map<number, PidReport>
  /** Of the packets tsStream() numbers; undefined: there are none. */
  numbered: NumberedReport | undefined
}

export interface NumberedReport {
  packets: number
  first: number
  last: number
  /** Numbers between first and last that never came. */
  missing: number
  /** Numbers that came more than once. */
  repeated: number
  /** Times a number was less than the one before. */
  disorder: number
  /** Packets whose filler is not what the number demands. */
  corrupt: number
}

interface PidState extends PidReport {
  continuity: number
  previous: Buffer
}

const hasPayload = (bytes: Buffer) => ((bytes[3] ?? 0) & 0x10) !== 0
const hasAdaptation = (bytes: Buffer) => ((bytes[3] ?? 0) & 0x20) !== 0
const isDiscontinuity = (bytes: Buffer) =>
  hasAdaptation(bytes) && (bytes[4] ?? 0) > 0 && ((bytes[5] ?? 0) & 0x80) !== 0

function followPid(states: Map<number, PidState>, bytes: Buffer): void {
  const pid = bytes.readUInt16BE(1) & 0x1fff
  // Null packets have no continuity.
  if (pid === NULL_PID) return
  const continuity = (bytes[3] ?? 0) & 0x0f
  const state = states.get(pid)
  if (state === undefined) {
    states.set(pid, { packets: 1, continuityErrors: 0, duplicates: 0, continuity, previous: bytes })
    return
  }
  const expected = hasPayload(bytes) ? (state.continuity + 1) & 0x0f : state.continuity
  if (hasPayload(bytes) && continuity === state.continuity && bytes.equals(state.previous)) state.duplicates++
  else if (continuity !== expected && !isDiscontinuity(bytes)) state.continuityErrors++
  state.packets++
  state.continuity = continuity
  state.previous = bytes
}

function numberOf(bytes: Buffer): number | undefined {
  const isOurs =
    (bytes.readUInt16BE(1) & 0x1fff) === DATA_PID && bytes.subarray(4, NUMBER_OFFSET).equals(MAGIC)
  return isOurs ? bytes.readUInt32BE(NUMBER_OFFSET) : undefined
}

function numberedReport(packets: readonly Buffer[]): NumberedReport | undefined {
  const numbers: number[] = []
  let corrupt = 0
  for (const bytes of packets) {
    const number = numberOf(bytes)
    if (number === undefined) continue
    numbers.push(number)
    if (!bytes.equals(dataPacket(number))) corrupt++
  }
  if (numbers.length === 0) return undefined
  const distinct = new Set(numbers)
  const first = numbers.reduce((least, number) => Math.min(least, number))
  const last = numbers.reduce((most, number) => Math.max(most, number))
  return {
    packets: numbers.length,
    first,
    last,
    missing: last - first + 1 - distinct.size,
    repeated: numbers.length - distinct.size,
    disorder: numbers.filter((number, i) => number < (numbers[i - 1] ?? number)).length,
    corrupt,
  }
}

/** A packet begins where the sync byte is, and is again one packet on (or the bytes end). */
function isPacketAt(bytes: Buffer, at: number): boolean {
  const next = at + TS_PACKET_BYTES
  return (
    bytes[at] === SYNC_BYTE && next <= bytes.length && (next === bytes.length || bytes[next] === SYNC_BYTE)
  )
}

/** Also true for the last packet before junk: in sync, one sync byte is enough. */
const isPacketInSync = (bytes: Buffer, at: number) =>
  bytes[at] === SYNC_BYTE && at + TS_PACKET_BYTES <= bytes.length

function split(bytes: Buffer): { packets: Buffer[]; syncLosses: number; junkBytes: number } {
  const packets: Buffer[] = []
  let [at, syncLosses, junkBytes, isInSync] = [0, 0, 0, true]
  while (at < bytes.length) {
    if (isInSync ? isPacketInSync(bytes, at) : isPacketAt(bytes, at)) {
      packets.push(bytes.subarray(at, at + TS_PACKET_BYTES))
      at += TS_PACKET_BYTES
      isInSync = true
    } else {
      if (isInSync) syncLosses++
      isInSync = false
      junkBytes++
      at++
    }
  }
  return { packets, syncLosses, junkBytes }
}

/** What is wrong with a stream; `readFileSync` gives the bytes of a file. */
export function analyseTs(bytes: Buffer): TsReport {
  const { packets, syncLosses, junkBytes } = split(bytes)
  const states = new Map<number, PidState>()
  for (const each of packets) followPid(states, each)
  const sum = (of: (state: PidState) => number) =>
    [...states.values()].reduce((total, each) => total + of(each), 0)
  return {
    packets: packets.length,
    syncLosses,
    junkBytes,
    continuityErrors: sum(state => state.continuityErrors),
    duplicates: sum(state => state.duplicates),
    pids: new Map(
      [...states].map(([pid, { packets: count, continuityErrors, duplicates }]) => [
        pid,
        { packets: count, continuityErrors, duplicates },
      ]),
    ),
    numbered: numberedReport(packets),
  }
}
