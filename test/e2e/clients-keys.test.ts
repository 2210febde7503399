import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { REFUSE_CODES } from '../../src/engine/contract.ts'
import type { Server } from '../support/server.ts'
import { publishWithTransmit, recordWithTransmit } from '../support/srt-live-transmit.ts'
import { type PeerOptions, play, publish } from '../support/srt-peers.ts'
import { serverOn, TRANSPORTS } from '../support/transports.ts'
import { analyseTs, packetsIn, TS_PACKET_BYTES, tsStream } from '../support/ts-stream.ts'
import { UdpProxy } from '../support/udp-proxy.ts'
import { until } from '../support/wait.ts'

const PASSPHRASE = 'correct-horse-battery'
const KEY_BYTES = [16, 24, 32] as const
/** libsrt announces a new key at most half of its life before. */
const KEY_REFRESH = { everyPackets: 100, announcedPackets: 40 }
/** At 1316 bytes a message about 380 a second. */
const RATE_KBPS = 4000
const REFRESHES = 8

const folder = mkdtempSync(join(tmpdir(), 'sls-keys-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function addSecretStream(server: Server, name: string): Promise<void> {
  const body = { publisher: `${name}-cam`, player: `${name}-view`, passphrase: PASSPHRASE }
  expect((await server.api('POST', '/api/stream-ids', body)).status).toBe(200)
}

async function publisherCounters(server: Server, publisher: string): Promise<Record<string, number>> {
  const { body } = await server.api('GET', `/api/sessions?role=publisher&publisher=${publisher}`)
  // The form is pinned by the tests of the API.
  const [session] = (body as { data: { counters: Record<string, number> }[] }).data
  if (session === undefined) throw new Error(`${publisher} has no session`)
  return session.counters
}

async function rejectCode(mode: typeof publish | typeof play, options: PeerOptions): Promise<number> {
  const peer = mode({ latencyMs: 120, ...options })
  const first = await peer.waitForAny(['connected', 'refused'])
  if (first.event === 'connected') throw new Error(`${options.streamId} was let in`)
  await peer.exited
  return first.reject
}

/** Every 100 packets a new key, and nothing lost or undecrypted. */
async function refreshToPeer(server: Server, keyLengthBytes: 16 | 24 | 32): Promise<void> {
  const name = `aes${keyLengthBytes * 8}`
  await addSecretStream(server, name)
  const key = { passphrase: PASSPHRASE, keyLengthBytes }
  const source = publish({
    port: server.ports.publisher,
    streamId: `${name}-cam`,
    rateKbps: RATE_KBPS,
    keyRefresh: KEY_REFRESH,
    ...key,
  })
  await source.waitFor('connected')
  await server.untilLive(`${name}-view`)
  const viewer = play({ port: server.ports.player, streamId: `${name}-view`, ...key })
  const enough = REFRESHES * KEY_REFRESH.everyPackets
  await viewer.waitFor('progress', 20_000, event => event.messages > enough)
  const counters = await publisherCounters(server, `${name}-cam`)
  expect(counters, name).toMatchObject({ packets_undecrypted: 0, packets_dropped: 0 })
  expect(await viewer.finish(), name).toMatchObject({ gaps: 0, corrupt: 0, duplicates: 0, broken: 0 })
  await source.stop()
}

async function refreshInTransmit(server: Server): Promise<void> {
  await addSecretStream(server, 'file')
  const stream = tsStream({ packets: packetsIn(20, RATE_KBPS) })
  const key = { passphrase: PASSPHRASE, keyLengthBytes: 32 } as const
  const source = publishWithTransmit({
    port: server.ports.publisher,
    streamId: 'file-cam',
    stream,
    rateKbps: RATE_KBPS,
    keyRefresh: KEY_REFRESH,
    ...key,
  })
  await server.untilLive('file-view')
  const file = join(folder, `${server.ports.http}.ts`)
  const sink = recordWithTransmit({ port: server.ports.player, streamId: 'file-view', file, ...key })
  const enough = REFRESHES * KEY_REFRESH.everyPackets * 7 * TS_PACKET_BYTES
  await until(() => readFileSync(file).length >= enough, { deadlineMs: 20_000, what: 'the recording' })
  await sink.kill()
  await source.child.kill()
  const played = readFileSync(file)
  expect(stream.indexOf(played), JSON.stringify(analyseTs(played).numbered)).toBeGreaterThanOrEqual(0)
}

async function refreshOnLossyNetwork(server: Server): Promise<void> {
  await addSecretStream(server, 'lossy')
  const loss = { lossPercent: 3, delayMs: 5 }
  const proxy = await UdpProxy.start({ serverPort: server.ports.publisher, toServer: loss, toClient: loss })
  const key = { passphrase: PASSPHRASE, keyLengthBytes: 16, latencyMs: 400 } as const
  const source = publish({
    port: proxy.port,
    streamId: 'lossy-cam',
    rateKbps: RATE_KBPS,
    // The announcement and its repetitions need their time on the way.
    keyRefresh: { everyPackets: 200, announcedPackets: 90 },
    ...key,
  })
  await source.waitFor('connected')
  await server.untilLive('lossy-view')
  const viewer = play({ port: server.ports.player, streamId: 'lossy-view', ...key })
  await viewer.waitFor('progress', 20_000, event => event.messages > 1000)
  expect(await publisherCounters(server, 'lossy-cam')).toMatchObject({ packets_undecrypted: 0 })
  const result = await viewer.finish()
  expect(result).toMatchObject({ corrupt: 0, duplicates: 0, broken: 0 })
  expect(result.gaps).toBeLessThan(10)
  expect(proxy.counters.toServer.lost).toBeGreaterThan(10)
  await source.stop()
}

describe.each(TRANSPORTS)('keys of real clients on transport %s', transport => {
  const start = serverOn(transport)

  it('that are wrong, missing or not wanted are refused with the reject code of libsrt', async () => {
    const server = await start()
    await addSecretStream(server, 'secret')
    await server.addStream('open-cam', 'open-view')
    const { publisher, player } = server.ports
    const cameras = [
      publish({ port: publisher, streamId: 'open-cam' }),
      publish({ port: publisher, streamId: 'secret-cam', passphrase: PASSPHRASE }),
    ]
    for (const camera of cameras) await camera.waitFor('connected')
    const wrong = { passphrase: 'wrong-horse-battery' }
    const [badSecret, unsecure] = [REFUSE_CODES['bad-passphrase'], REFUSE_CODES['no-encryption']]
    const secretView = { port: player, streamId: 'secret-view' }
    expect(
      await Promise.all([
        rejectCode(play, { ...secretView, ...wrong }),
        rejectCode(play, secretView),
        rejectCode(play, { port: player, streamId: 'open-view', ...wrong }),
      ]),
    ).toEqual([badSecret, unsecure, unsecure])
    await Promise.all(cameras.map(camera => camera.stop()))
    const secretCamera = { port: publisher, streamId: 'secret-cam' }
    // One after the other: while one is being answered, another may be refused as a second publisher.
    expect(await rejectCode(publish, { ...secretCamera, ...wrong })).toBe(badSecret)
    expect(await rejectCode(publish, secretCamera)).toBe(unsecure)
    expect(await rejectCode(publish, { port: publisher, streamId: 'open-cam', ...wrong })).toBe(unsecure)
    expect(server.child.output).not.toContain(PASSPHRASE)
  })

  it('change while streaming: of every length, from two programs, on a lossy network; all is readable', async () => {
    const server = await start()
    const ways = KEY_BYTES.map(bytes => refreshToPeer(server, bytes))
    await Promise.all([...ways, refreshInTransmit(server), refreshOnLossyNetwork(server)])
  })
})
