import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startBareRelay } from '../../support/bare-relay.ts'
import { probe, publishWithFfmpeg, recordWithFfmpeg } from '../../support/ffmpeg.ts'
import { publishWithTransmit, recordWithTransmit } from '../../support/srt-live-transmit.ts'
import { PEER_EXIT, play, publish } from '../../support/srt-peers.ts'
import { peerTool } from '../../support/tools.ts'
import { analyseTs, tsStream } from '../../support/ts-stream.ts'
import { UdpProxy } from '../../support/udp-proxy.ts'
import { until } from '../../support/wait.ts'

const TIMEOUT_MS = 120_000

// The first call may have to compile them.
beforeAll(() => {
  peerTool('srt_peer')
}, 300_000)

function temporaryFile(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'sls-peers-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, name)
}

describe('srt_peer', { timeout: TIMEOUT_MS }, () => {
  it('sees every payload size arrive bit-exact on every connection', async () => {
    const relay = await startBareRelay()
    const player = play({ port: relay.playerPort, streamId: 'play', connections: 2, count: 1269 })
    await player.waitFor('connected', 10_000, event => event.connection === 1)
    const publisher = publish({
      port: relay.publisherPort,
      streamId: 'pub',
      payloadBytes: '188-1456',
      count: 1269,
      rateKbps: 4000,
    })
    expect(await publisher.result()).toMatchObject({ messages: 1269, broken: false, exitCode: PEER_EXIT.ok })
    const result = await player.result()
    expect(result).toMatchObject({ gaps: 0, duplicates: 0, corrupt: 0, sessions: 1, exitCode: PEER_EXIT.ok })
    expect(result.connections.map(({ messages, firstSequence }) => [messages, firstSequence])).toEqual([
      [1269, 0],
      [1269, 0],
    ])
  })

  it('tells a returned publisher from the one before', async () => {
    const relay = await startBareRelay()
    const player = play({ port: relay.playerPort, streamId: 'play' })
    await player.waitFor('connected')
    const first = publish({ port: relay.publisherPort, streamId: 'pub' })
    await player.waitFor('progress', 20_000, event => event.messages > 10)
    expect(await first.kill9()).toMatchObject({ signal: 'SIGKILL' })
    publish({ port: relay.publisherPort, streamId: 'pub' })
    await player.waitFor('progress', 20_000, event => event.sessions === 2)
    expect(await player.finish()).toMatchObject({ sessions: 2, corrupt: 0, gaps: 0, exitCode: PEER_EXIT.ok })
  })

  it('counts what was lost', async () => {
    const relay = await startBareRelay()
    const proxy = await UdpProxy.start({ serverPort: relay.playerPort })
    const player = play({ port: proxy.port, streamId: 'play', latencyMs: 60 })
    await player.waitFor('connected')
    publish({ port: relay.publisherPort, streamId: 'pub', latencyMs: 60 })
    await player.waitFor('progress', 20_000, event => event.messages > 10)
    proxy.blackout(1500)
    await player.waitFor('progress', 20_000, event => (event.gaps ?? 0) > 0)
    expect(await player.finish()).toMatchObject({ corrupt: 0, broken: 0 })
  })

  it('calls corrupt what srt_peer did not send', async () => {
    const relay = await startBareRelay()
    const player = play({ port: relay.playerPort, streamId: 'play', count: 10 })
    await player.waitFor('connected')
    publishWithTransmit({
      port: relay.publisherPort,
      streamId: 'pub',
      stream: tsStream({ packets: 7000 }),
      rateKbps: 2000,
    })
    const result = await player.result()
    expect(result.corrupt).toBe(result.messages)
    expect(result.exitCode).toBe(PEER_EXIT.corrupt)
  })

  it('reports the reason of a refusal', async () => {
    const relay = await startBareRelay()
    const options = {
      port: relay.playerPort,
      streamId: 'play',
      passphrase: 'a long secret',
      keyLengthBytes: 16,
    } as const
    const player = play(options)
    // SRT_REJ_UNSECURE: the relay has no passphrase.
    expect(await player.waitFor('refused')).toMatchObject({ reject: 11 })
    expect(await player.exited).toMatchObject({ code: PEER_EXIT.refused })
    const publisher = publish({ ...options, port: relay.publisherPort })
    expect(await publisher.waitFor('refused')).toMatchObject({ reject: 11 })
    expect(await publisher.exited).toMatchObject({ code: PEER_EXIT.refused })
  })

  it('notices that the relay is gone', async () => {
    const relay = await startBareRelay()
    const player = play({ port: relay.playerPort, streamId: 'play' })
    const publisher = publish({ port: relay.publisherPort, streamId: 'pub' })
    await player.waitFor('connected')
    await publisher.waitFor('connected')
    await relay.child.stop()
    await player.waitFor('broken')
    await publisher.waitFor('broken')
    expect(await player.result()).toMatchObject({ broken: 1, exitCode: PEER_EXIT.broken })
    expect(await publisher.result()).toMatchObject({ broken: true, exitCode: PEER_EXIT.broken })
  })
})

describe('programs of others', { timeout: TIMEOUT_MS }, () => {
  it('srt-live-transmit publishes and records without a continuity error', async () => {
    const relay = await startBareRelay()
    const file = temporaryFile('out.ts')
    const packets = 7 * 500
    const recorder = recordWithTransmit({ port: relay.playerPort, streamId: 'play', file })
    const { child, fed } = publishWithTransmit({
      port: relay.publisherPort,
      streamId: 'pub',
      stream: tsStream({ packets }),
      rateKbps: 2000,
    })
    await fed
    await until(() => readFileSync(file).includes(tsStream({ packets }).subarray(-188)), {
      deadlineMs: 20_000,
      what: 'the last packet to be recorded',
      everyMs: 100,
    })
    await child.stop()
    await recorder.stop()
    expect(analyseTs(readFileSync(file))).toMatchObject({
      syncLosses: 0,
      continuityErrors: 0,
      duplicates: 0,
      numbered: { missing: 0, repeated: 0, disorder: 0, corrupt: 0, last: packets - 71 },
    })
  })

  it('ffmpeg publishes, ffprobe and ffmpeg play', async () => {
    const relay = await startBareRelay()
    const file = temporaryFile('out.ts')
    publishWithFfmpeg({ port: relay.publisherPort, streamId: 'pub' })
    const streams = await probe({ port: relay.playerPort, streamId: 'play' })
    expect(streams.map(stream => stream.codec_name).sort()).toEqual(['aac', 'h264'])
    const recorder = recordWithFfmpeg({ port: relay.playerPort, streamId: 'play', file, seconds: 1 })
    expect(await recorder.exited).toMatchObject({ code: 0 })
    expect(analyseTs(readFileSync(file))).toMatchObject({ syncLosses: 0, continuityErrors: 0 })
    expect((await probe(file)).map(stream => stream.codec_type).sort()).toEqual(['audio', 'video'])
  })
})
