import { describe, expect, it } from 'vitest'
import { Mutations } from '../../support/mutated-datagrams.ts'
import { seededRandom } from '../../support/random.ts'
import { readNumbered, writeNumbered } from '../../support/raw-srt-peer-message.ts'
import { RawReceiver } from '../../support/raw-srt-peer-receiver.ts'
import { RawSender } from '../../support/raw-srt-peer-sender.ts'
import {
  CONTROL,
  controlType,
  HEADER_BYTES,
  isControl,
  LAST_MESSAGE,
  lossList,
  readDataPacket,
  readLossList,
  SEQ_COUNT,
  seqAfter,
  seqDistance,
  timestampDistanceUs,
} from '../../support/raw-srt-peer-wire.ts'

const LAST_SEQ = SEQ_COUNT - 1
const address = () => ({ timestampUs: 5, socketId: 9 })

function sender(initialSeq: number, initialMessage: number) {
  const sent: Buffer[] = []
  const made = new RawSender({ initialSeq, initialMessage, address, send: packet => sent.push(packet) })
  return { made, sent }
}

function receiver(initialSeq: number, loseOnce: readonly number[] = []) {
  const sent: Buffer[] = []
  const made = new RawReceiver({ initialSeq, loseOnce, address, send: packet => sent.push(packet) })
  const naks = () =>
    sent
      .filter(packet => isControl(packet) && controlType(packet) === CONTROL.nak)
      .map(packet => readLossList(packet.subarray(HEADER_BYTES)))
  return { made, naks }
}

const data = (seq: number) => ({
  seq,
  message: 1,
  isRetransmitted: false,
  timestampUs: 0,
  payload: Buffer.of(seq & 0xff),
})

describe('sequence numbers', () => {
  it('go round', () => {
    expect(seqAfter(LAST_SEQ, 1)).toBe(0)
    expect(seqAfter(0, -1)).toBe(LAST_SEQ)
    expect(seqDistance(LAST_SEQ, 1)).toBe(2)
    expect(seqDistance(1, LAST_SEQ)).toBe(-2)
  })

  it('survive a loss list', () => {
    const ranges = [
      { first: 3, last: 3 },
      { first: LAST_SEQ - 1, last: 2 },
    ]
    expect(readLossList(lossList(ranges))).toEqual(ranges)
  })
})

describe('timestamps', () => {
  it('go round', () => {
    expect(timestampDistanceUs(2 ** 32 - 5, 7)).toBe(12)
    expect(timestampDistanceUs(7, 2 ** 32 - 5)).toBe(-12)
  })
})

describe('numbered messages', () => {
  it('are read as they were written, and not otherwise', () => {
    const message = writeNumbered({ session: 7, sequence: 2 ** 33 }, 376)
    expect(readNumbered(message)).toEqual({ session: 7, sequence: 2 ** 33 })
    expect(readNumbered(message.subarray(0, 375))).toBeUndefined()
    message[300] = (message[300] ?? 0) ^ 1
    expect(readNumbered(message)).toBeUndefined()
  })
})

describe('the raw sender', () => {
  it('numbers over both wraps, and sends again what is asked for', () => {
    const { made, sent } = sender(LAST_SEQ, LAST_MESSAGE)
    made.sendMessage(Buffer.of(1))
    made.sendMessage(Buffer.of(2), true)
    expect(sent.map(packet => readDataPacket(packet))).toMatchObject([
      { seq: LAST_SEQ, message: LAST_MESSAGE },
    ])
    made.onNak([{ first: LAST_SEQ, last: 0 }])
    expect(sent.slice(1).map(packet => readDataPacket(packet))).toMatchObject([
      { seq: LAST_SEQ, message: LAST_MESSAGE, isRetransmitted: true },
      { seq: 0, message: 1, isRetransmitted: true },
    ])
    made.onAck(4, 0)
    expect([made.unacknowledgedCount, made.acknowledgedSeq]).toEqual([1, 0])
    made.onNak([{ first: LAST_SEQ, last: LAST_SEQ }])
    expect(made.strayNaks).toBe(1)
  })
})

describe('the raw receiver', () => {
  it('asks for what is missing over the wrap, and puts it in order', () => {
    const { made, naks } = receiver(LAST_SEQ - 1, [LAST_SEQ])
    for (const seq of [LAST_SEQ - 1, LAST_SEQ, 0, 3]) made.onData(data(seq))
    expect(naks()).toEqual([[{ first: LAST_SEQ, last: LAST_SEQ }], [{ first: 1, last: 2 }]])
    expect(made.nextSeq).toBe(LAST_SEQ)
    for (const seq of [1, LAST_SEQ, LAST_SEQ]) made.onData(data(seq))
    made.onDropRequest({ first: 2, last: 2 })
    expect(made.inOrder().map(({ seq }) => seq)).toEqual([LAST_SEQ - 1, LAST_SEQ, 0, 1, 3])
    expect([made.nextSeq, made.duplicates, made.droppedCount]).toEqual([4, 1, 1])
  })
})

describe('mutations', () => {
  it('are seldom what was recorded, and leave that alone', () => {
    const original = Buffer.alloc(200, 0x55)
    const mutations = new Mutations(seededRandom(1))
    mutations.record(original)
    const mutants = Array.from({ length: 200 }, () => mutations.next())
    expect(mutants.filter(mutant => mutant.equals(original)).length).toBeLessThan(20)
    expect(mutants.some(mutant => mutant.length < original.length)).toBe(true)
    expect(original).toEqual(Buffer.alloc(200, 0x55))
  })

  it('need something to mutate', () => {
    expect(() => new Mutations(seededRandom(1)).next()).toThrow('nothing was recorded')
  })
})
