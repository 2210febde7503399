import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { probe, publishWithFfmpeg, recordWithFfmpeg } from '../support/ffmpeg.ts'
import { publishWithTransmit, recordWithTransmit } from '../support/srt-live-transmit.ts'
import { play, publish } from '../support/srt-peers.ts'
import { serverOn, TRANSPORTS } from '../support/transports.ts'
import { analyseTs, packetsIn, tsStream } from '../support/ts-stream.ts'
import { until } from '../support/wait.ts'

const folder = mkdtempSync(join(tmpdir(), 'sls-relay-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each(TRANSPORTS)('relay, %s', transport => {
  const startServer = serverOn(transport)

  it('carries ffmpeg to ffmpeg, ffprobe and srt-live-transmit without a continuity error', async () => {
    const server = await startServer()
    await server.addStream('studio', 'live')
    const { publisher, player } = server.ports
    const encoder = publishWithFfmpeg({ port: publisher, streamId: 'studio' })
    await server.untilLive('live')

    const transmitted = join(folder, 'transmitted.ts')
    const transmit = recordWithTransmit({ port: player, streamId: 'live', file: transmitted })
    const recorded = join(folder, 'recorded.ts')
    const recording = recordWithFfmpeg({ port: player, streamId: 'live', file: recorded, seconds: 5 })
    expect((await recording.exited).code).toBe(0)
    await transmit.stop()
    expect((await probe({ port: player, streamId: 'live' })).map(stream => stream.codec_name).sort()).toEqual(
      ['aac', 'h264'],
    )
    await encoder.stop()

    expect((await probe(recorded)).length).toBe(2)
    const report = analyseTs(readFileSync(transmitted))
    expect(report.packets).toBeGreaterThan(1000)
    expect(report).toMatchObject({ syncLosses: 0, continuityErrors: 0 })
  })

  it('carries srt-live-transmit to srt-live-transmit without losing a packet', async () => {
    const server = await startServer()
    await server.addStream('file', 'view')
    const packets = packetsIn(6, 4000)
    const stream = tsStream({ packets })
    const file = join(folder, 'numbered.ts')
    const source = publishWithTransmit({
      port: server.ports.publisher,
      streamId: 'file',
      stream,
      rateKbps: 4000,
    })
    await server.untilLive('view')
    const sink = recordWithTransmit({ port: server.ports.player, streamId: 'view', file })
    await source.fed
    // Its file is whole only when it has ended, and by then everything must have gone through.
    const isOver = async () => JSON.stringify((await server.stats('view')).body).includes('"bitrate":0,')
    await until(isOver, { deadlineMs: 10_000, what: 'the end of the stream' })
    await sink.stop()
    await source.child.stop()
    const report = analyseTs(readFileSync(file))
    const last = analyseTs(stream).numbered?.last ?? 0
    expect(report).toMatchObject({ syncLosses: 0, continuityErrors: 0 })
    expect(report.numbered).toMatchObject({ missing: 0, repeated: 0, disorder: 0, corrupt: 0 })
    // srt-live-transmit keeps a last block of some kilobytes in its own buffers.
    expect(report.numbered?.last).toBeGreaterThan(last - 150)
  })

  it('passes every payload size from 188 to 1456 bytes bit-exact, boundaries included', async () => {
    const server = await startServer()
    await server.addStream('sizes', 'view')
    const { publisher, player } = server.ports
    const source = publish({ port: publisher, streamId: 'sizes', payloadBytes: '188-1456', rateKbps: 6000 })
    await source.waitFor('connected')
    await server.untilLive('view')
    const sink = play({ port: player, streamId: 'view' })
    // Once round all sizes, and some more for those before the player came.
    await sink.waitFor('progress', 30_000, event => event.messages > 1400)
    const result = await sink.finish()
    expect(result).toMatchObject({ corrupt: 0, gaps: 0, duplicates: 0, reordered: 0, sessions: 1 })
    await source.stop()
  })

  it('takes all three notations of a stream ID, and a literal one before them', async () => {
    const server = await startServer()
    await server.addStream('one', 'view')
    await server.addStream('#!::r=odd', 'play/odd')
    const { publisher, publisherSrtla, player } = server.ports
    const pairs = [
      [publisher, '#!::r=one,m=publish', '#!::m=request,r=view,u=me'],
      [publisherSrtla, 'publish/one', 'play/view'],
      [publisher, '#!::r=odd', 'play/odd'],
    ] as const
    for (const [port, publisherId, playerId] of pairs) {
      const source = publish({ port, streamId: publisherId })
      await source.waitFor('connected')
      const sink = play({ port: player, streamId: playerId })
      await sink.waitFor('progress', 15_000, event => event.messages > 20)
      expect(await sink.finish()).toMatchObject({ corrupt: 0, gaps: 0 })
      await source.stop()
      // The stream must have ended for the next one to be somebody else's.
      await until(async () => !(await server.isLive('view')), {
        deadlineMs: 10_000,
        what: 'the end',
      })
    }
  })
})
