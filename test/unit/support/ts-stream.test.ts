import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { analyseTs, packetsIn, TS_PACKET_BYTES, tsStream } from '../../support/ts-stream.ts'

const packetAt = (stream: Buffer, index: number) =>
  stream.subarray(index * TS_PACKET_BYTES, (index + 1) * TS_PACKET_BYTES)

const without = (stream: Buffer, first: number, count: number) =>
  Buffer.concat([
    stream.subarray(0, first * TS_PACKET_BYTES),
    stream.subarray((first + count) * TS_PACKET_BYTES),
  ])

describe('a generated stream', () => {
  it('has nothing wrong with it', () => {
    const report = analyseTs(tsStream({ packets: 1000, firstNumber: 5 }))
    expect(report).toMatchObject({
      packets: 1000,
      syncLosses: 0,
      junkBytes: 0,
      continuityErrors: 0,
      duplicates: 0,
      numbered: { packets: 980, first: 5, last: 984, missing: 0, repeated: 0, disorder: 0, corrupt: 0 },
    })
    expect([...report.pids.keys()].sort((a, b) => a - b)).toEqual([0, 0x100, 0x1000])
  })

  it('is as long as its rate demands', () => {
    expect(packetsIn(2, 1504)).toBe(2000)
  })
})

describe('the analysis', () => {
  it('counts every packet that is missing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 110, max: 150 }), fc.integer({ min: 1, max: 40 }), (first, count) => {
        const report = analyseTs(without(tsStream({ packets: 199 }), first, count))
        expect(report.numbered?.missing).toBe(count)
        // Sixteen lost packets are invisible to a counter of four bits.
        expect(report.continuityErrors).toBe(count % 16 === 0 ? 0 : 1)
      }),
    )
  })

  it('tells a repeated packet from a lost one', () => {
    const stream = tsStream({ packets: 50 })
    const report = analyseTs(Buffer.concat([stream, packetAt(stream, 49)]))
    expect(report).toMatchObject({
      duplicates: 1,
      continuityErrors: 0,
      numbered: { repeated: 1, missing: 0 },
    })
  })

  it('sees packets that changed places', () => {
    const stream = tsStream({ packets: 20 })
    const swapped = Buffer.concat([
      stream.subarray(0, 10 * TS_PACKET_BYTES),
      packetAt(stream, 11),
      packetAt(stream, 10),
      stream.subarray(12 * TS_PACKET_BYTES),
    ])
    expect(analyseTs(swapped).numbered).toMatchObject({ disorder: 1, missing: 0, repeated: 0 })
  })

  it('sees a byte that changed', () => {
    const stream = tsStream({ packets: 20 })
    const at = 10 * TS_PACKET_BYTES + 100
    stream[at] = (stream[at] ?? 0) ^ 1
    expect(analyseTs(stream).numbered).toMatchObject({ corrupt: 1 })
  })

  it('finds the packets again after junk', () => {
    const stream = tsStream({ packets: 20 })
    const junk = Buffer.from([1, 2, 3, 0x47, 5])
    const report = analyseTs(
      Buffer.concat([stream.subarray(0, 10 * TS_PACKET_BYTES), junk, stream.subarray(10 * TS_PACKET_BYTES)]),
    )
    expect(report).toMatchObject({ packets: 20, syncLosses: 1, junkBytes: 5, continuityErrors: 0 })
  })

  it('counts what is left of a packet that was cut', () => {
    const stream = tsStream({ packets: 3 })
    expect(analyseTs(stream.subarray(0, stream.length - 1))).toMatchObject({
      packets: 2,
      syncLosses: 1,
      junkBytes: TS_PACKET_BYTES - 1,
    })
  })

  it('respects the discontinuity indicator', () => {
    const stream = without(tsStream({ packets: 60 }), 30, 5)
    const packet = packetAt(stream, 30)
    packet[3] = (packet[3] ?? 0) | 0x20
    packet.set([1, 0x80], 4)
    expect(analyseTs(stream).continuityErrors).toBe(0)
  })

  it('knows a stream that is not ours', () => {
    const packet = Buffer.alloc(TS_PACKET_BYTES)
    packet.set([0x47, 0x1f, 0xff, 0x10])
    const report = analyseTs(Buffer.concat([packet, packet]))
    expect(report.numbered).toBeUndefined()
    expect(report).toMatchObject({ packets: 2, continuityErrors: 0, duplicates: 0 })
  })
})
