import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { RawSrtPeer, type RawSrtPeerOptions } from '../support/raw-srt-peer.ts'
import { readNumbered, writeNumbered } from '../support/raw-srt-peer-message.ts'
import {
  LAST_MESSAGE,
  SEQ_COUNT,
  seqAfter,
  TIMESTAMP_COUNT,
  timestampDistanceUs,
} from '../support/raw-srt-peer-wire.ts'
import type { Server } from '../support/server.ts'
import { play, publish } from '../support/srt-peers.ts'
import { serverOn, TRANSPORTS } from '../support/transports.ts'
import { until } from '../support/wait.ts'

/** The wrap of a counter comes with this message. */
const WRAP_AT = 200
const LEAST_MESSAGES = 400
const INTERVAL_MS = 5
const BYTES = 376
/** At each end of the run, clear of the wrap. */
const TIMED_MESSAGES = 100
/** Well below the latency of 400 ms, by which a timestamp that is misread is off at least. */
const MOST_SHIFT_MS = 150
/** Not sent before they are asked for: on both sides of the wrap. */
const LOST = new Set([WRAP_AT - 2, WRAP_AT - 1, WRAP_AT, WRAP_AT + 1, WRAP_AT + 20])
/** The players connect in the time before the wrap: more of it is given where the machine is slow. */
const TIMESTAMP_HEADROOMS_US = [3_000_000, 8_000_000, 25_000_000]

type Start = Pick<RawSrtPeerOptions, 'initialSeq' | 'initialMessage' | 'initialTimestampUs'>

const SEQ_START = SEQ_COUNT - WRAP_AT
const MESSAGE_START = LAST_MESSAGE - WRAP_AT + 1

/** The timestamp of a session where that is to wrap too. */
type StartAt = (timestampUs: number) => Start

const STARTS: Record<string, StartAt> = {
  sequence: () => ({ initialSeq: SEQ_START }),
  message: () => ({ initialMessage: MESSAGE_START }),
  timestamp: initialTimestampUs => ({ initialTimestampUs }),
  all: initialTimestampUs => ({
    initialSeq: SEQ_START,
    initialMessage: MESSAGE_START,
    initialTimestampUs,
  }),
}

/** Publishes until everything that was to wrap has wrapped, and some more. Returns the timestamps it sent. */
async function publishOverWrap(publisher: RawSrtPeer, start: Start): Promise<number[]> {
  const before = publisher.address().timestampUs
  const isOver = (sent: number) => {
    const { timestampUs } = publisher.address()
    const isWrapped =
      start.initialTimestampUs === undefined || (timestampUs < before && timestampUs > 500_000)
    return sent >= LEAST_MESSAGES && isWrapped
  }
  const sentUs: number[] = []
  while (!isOver(sentUs.length)) {
    const sequence = sentUs.length
    const payload = writeNumbered({ session: 1, sequence }, BYTES)
    sentUs.push(publisher.sender.sendMessage(payload, LOST.has(sequence)).timestampUs)
    await sleep(INTERVAL_MS)
  }
  return sentUs
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN

/** How much the relay's timestamps drifted from the publisher's, from before the wraps to after them. */
function timingShiftMs(sentUs: readonly number[], player: RawSrtPeer): number {
  const received = player.receiver.inOrder()
  const base = timestampDistanceUs(sentUs[0] ?? 0, received[0]?.timestampUs ?? 0)
  const offsetsUs = sentUs.map((us, i) => timestampDistanceUs(us, received[i]?.timestampUs ?? 0) - base)
  return (median(offsetsUs.slice(-TIMED_MESSAGES)) - median(offsetsUs.slice(0, TIMED_MESSAGES))) / 1000
}

const numbersOf = (player: RawSrtPeer) =>
  player.receiver.inOrder().map(({ payload }) => readNumbered(payload)?.sequence)

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i)

const isTooLate = (publisher: RawSrtPeer, { initialTimestampUs = 0 }: Start) =>
  publisher.address().timestampUs < initialTimestampUs

/** A publisher whose numbers are still to wrap, and its two players. */
async function connectAll(server: Server, name: string, startAt: StartAt) {
  const { ports } = server
  for (const [attempt, headroomUs] of TIMESTAMP_HEADROOMS_US.entries()) {
    const [camera, view] = [`${name}-${attempt}-cam`, `${name}-${attempt}-view`]
    await server.addStream(camera, view)
    const start = startAt(TIMESTAMP_COUNT - headroomUs)
    const caller = { port: ports.publisher, streamId: camera, latencyMs: 400 }
    const publisher = await RawSrtPeer.connect({ ...caller, ...start })
    const viewer = play({ port: ports.player, streamId: view, latencyMs: 400 })
    await viewer.waitFor('connected')
    const raw = await RawSrtPeer.connect({ port: ports.player, streamId: view, latencyMs: 400 })
    if (!isTooLate(publisher, start)) return { publisher, viewer, raw, start }
    await Promise.all([publisher.close(), viewer.kill9(), raw.close()])
  }
  throw new Error(`${name}: its timestamp wrapped before its players had connected, each time`)
}

async function expectWhole(server: Server, name: string, startAt: StartAt): Promise<void> {
  const { publisher, viewer, raw, start } = await connectAll(server, name, startAt)
  const sentUs = await publishOverWrap(publisher, start)
  const sent = sentUs.length
  await until(() => publisher.sender.unacknowledgedCount === 0, {
    deadlineMs: 10_000,
    what: `${name}: all of ${sent} messages to be acknowledged`,
  })
  await viewer.waitFor('progress', 10_000, event => (event.nextSequence ?? 0) >= sent)
  await until(() => raw.receiver.count >= sent, { deadlineMs: 10_000, what: `${name}: the raw player` })
  const whole = { firstSequence: 0, nextSequence: sent, messages: sent, gaps: 0, duplicates: 0, corrupt: 0 }
  expect(await viewer.finish(), name).toMatchObject({ ...whole, reordered: 0 })
  expect(numbersOf(raw), name).toEqual(upTo(sent))
  expect(Math.abs(timingShiftMs(sentUs, raw)), name).toBeLessThan(MOST_SHIFT_MS)
  expect(publisher.sender.acknowledgedSeq, name).toBe(publisher.sender.nextSeq)
  expect(publisher.sender.retransmitted, name).toBeGreaterThanOrEqual(LOST.size)
  await Promise.all([publisher.close(), raw.close()])
}

describe.each(TRANSPORTS)('numbers that begin again, on transport %s', transport => {
  it('lose nothing from a publisher: sequence, message and timestamp, one by one and all at once', async () => {
    const server = await serverOn(transport)()
    const ways = Object.entries(STARTS).map(([name, startAt]) => expectWhole(server, name, startAt))
    await Promise.all(ways)
  })

  it('lose nothing to a player whose sequence wraps, retransmissions included', async () => {
    const server = await serverOn(transport)()
    await server.addStream('cam', 'view')
    const { ports } = server
    const source = publish({ port: ports.publisher, streamId: 'cam', rateKbps: 2000, latencyMs: 300 })
    await source.waitFor('connected')
    const loseOnce = [SEQ_COUNT - 2, SEQ_COUNT - 1, 0, 1, 20]
    const wrapping = { port: ports.player, streamId: 'view', latencyMs: 300, initialSeq: SEQ_START }
    const player = await RawSrtPeer.connect({ ...wrapping, loseOnce })
    await until(() => player.receiver.count >= LEAST_MESSAGES, {
      deadlineMs: 20_000,
      what: 'messages beyond the wrap',
    })
    await until(() => player.receiver.nextSeq < SEQ_START && player.receiver.nextSeq > 100, {
      deadlineMs: 10_000,
      what: 'the retransmissions',
    })
    await source.stop()
    const packets = player.receiver.inOrder()
    const complete = packets.slice(0, LEAST_MESSAGES)
    expect(complete.map(({ seq }) => seq)).toEqual(upTo(LEAST_MESSAGES).map(i => seqAfter(SEQ_START, i)))
    const first = numbersOf(player)[0] ?? -1
    expect(numbersOf(player).slice(0, LEAST_MESSAGES)).toEqual(upTo(LEAST_MESSAGES).map(i => first + i))
    const again = complete.filter(({ isRetransmitted }) => isRetransmitted).map(({ seq }) => seq)
    expect(again).toEqual(expect.arrayContaining(loseOnce))
    expect(player.receiver.ackAcks).toBeGreaterThan(0)
    expect(player.receiver.droppedCount).toBe(0)
    await player.close()
  })
})
