import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Child } from '../support/child.ts'
import { type FfmpegOptions, publishBytesWithFfmpeg, recordBytesWithFfmpeg } from '../support/ffmpeg.ts'
import { publishWithGstreamer, recordWithGstreamer } from '../support/gstreamer.ts'
import type { PacedInput } from '../support/paced-input.ts'
import type { Server } from '../support/server.ts'
import { publishWithTransmit, recordWithTransmit } from '../support/srt-live-transmit.ts'
import { serverOn, TRANSPORTS } from '../support/transports.ts'
import { analyseTs, packetsIn, TS_PACKET_BYTES, tsStream } from '../support/ts-stream.ts'
import { until } from '../support/wait.ts'

const PASSPHRASE = 'correct-horse-battery'
const RATE_KBPS = 1500
const STREAM = tsStream({ packets: packetsIn(20, RATE_KBPS) })
/** What each player must have: more than a second of the stream, and several rounds of every buffer on the way. */
const ENOUGH_BYTES = 1300 * TS_PACKET_BYTES

type Publish = (options: FfmpegOptions & PacedInput) => { child: Child; fed: Promise<void> }
type RecordInto = (options: FfmpegOptions & { file: string }) => Child

const TOOLS: Record<string, { publish: Publish; record: RecordInto }> = {
  ffmpeg: { publish: publishBytesWithFfmpeg, record: recordBytesWithFfmpeg },
  transmit: { publish: publishWithTransmit, record: recordWithTransmit },
  gstreamer: { publish: publishWithGstreamer, record: recordWithGstreamer },
}

const folder = mkdtempSync(join(tmpdir(), 'sls-clients-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function sizeOf(file: string): number {
  try {
    return readFileSync(file).length
  } catch {
    return 0
  }
}

async function addStream(server: Server, publisher: string, player: string, passphrase?: string) {
  const secret = passphrase === undefined ? {} : { passphrase }
  const { status } = await server.api('POST', '/api/stream-ids', { publisher, player, ...secret })
  expect(status).toBe(200)
}

interface Session {
  role: string
  encryption: string
  counters: Record<string, number>
}

async function sessions(server: Server, publisher: string): Promise<Session[]> {
  const { body } = await server.api('GET', `/api/sessions?publisher=${publisher}`)
  // The form is pinned by the tests of the API.
  return (body as { data: Session[] }).data
}

interface Wish {
  publisher: string
  server: Server
  encryption: string
  key: Pick<FfmpegOptions, 'passphrase' | 'keyLengthBytes'>
}

/** One program publishes, each of them plays, its own kind included. */
async function expectEverybodyPlays({ publisher, server, encryption, key }: Wish): Promise<void> {
  const [name, view] = [`${publisher}-${encryption}-cam`, `${publisher}-${encryption}-view`]
  await addStream(server, name, view, key.passphrase)
  const tool = TOOLS[publisher]
  if (tool === undefined) throw new Error(`no program ${publisher}`)
  const { ports } = server
  const source = tool.publish({
    port: ports.publisher,
    streamId: name,
    stream: STREAM,
    rateKbps: RATE_KBPS,
    ...key,
  })
  await server.untilLive(view)
  const players = Object.entries(TOOLS).map(([player, { record }]) => {
    const file = join(folder, `${server.ports.http}-${name}-${player}.ts`)
    return { player, file, child: record({ port: ports.player, streamId: view, file, ...key }) }
  })
  for (const { player, file, child } of players) {
    await until(() => sizeOf(file) >= ENOUGH_BYTES, {
      deadlineMs: 20_000,
      what: `${player} to play ${publisher}; it has ${sizeOf(file)} bytes; ${child.output}`,
    })
  }
  for (const session of await sessions(server, name)) {
    expect(session).toMatchObject({
      encryption,
      counters: { packets_lost: 0, packets_dropped: 0, packets_undecrypted: 0 },
    })
  }
  await Promise.all([...players.map(({ child }) => child.kill()), source.child.kill()])
  for (const { player, file } of players) expectUnchanged(readFileSync(file), `${publisher} to ${player}`)
}

/** One run of bytes of the stream: nothing is missing, twice, in disorder or changed. */
function expectUnchanged(played: Buffer, way: string): void {
  const { syncLosses, continuityErrors, numbered } = analyseTs(played)
  const found = JSON.stringify({ bytes: played.length, syncLosses, continuityErrors, numbered })
  expect(STREAM.indexOf(played), `${way}: ${found}`).toBeGreaterThanOrEqual(0)
}

const KEYS = [
  { encryption: 'none', key: {} },
  { encryption: 'AES-128', key: { passphrase: PASSPHRASE, keyLengthBytes: 16 } },
  { encryption: 'AES-192', key: { passphrase: PASSPHRASE, keyLengthBytes: 24 } },
  { encryption: 'AES-256', key: { passphrase: PASSPHRASE, keyLengthBytes: 32 } },
] as const

describe.each(TRANSPORTS)('programs of others on transport %s', transport => {
  let server: Server
  beforeAll(async () => {
    server = await serverOn(transport)()
  })
  afterAll(() => server.end())

  it.each(KEYS)('publish and play, bit-exact, each with each; encryption: $encryption', async wish => {
    const all = Object.keys(TOOLS).map(publisher => expectEverybodyPlays({ ...wish, publisher, server }))
    await Promise.all(all)
  })

  it('with a wrong or a missing passphrase get nothing through', async () => {
    await addStream(server, 'secret-cam', 'secret-view', PASSPHRASE)
    const port = server.ports.publisher
    const wishes = [{ passphrase: 'wrong-horse-battery' }, {}]
    const attempts = Object.values(TOOLS).flatMap(({ publish }) =>
      wishes.map(key => {
        const source = publish({
          port,
          streamId: 'secret-cam',
          stream: STREAM,
          rateKbps: RATE_KBPS,
          ...key,
        })
        return source.child
      }),
    )
    const refused = (reason: string) =>
      server.log
        .filter(line => line.msg.startsWith('refused: ') && line['reason'] === reason)
        .reduce((sum, line) => sum + Number(line['count']), 0)
    await until(() => refused('bad-passphrase') >= 3 && refused('no-encryption') >= 3, {
      deadlineMs: 20_000,
      what: 'a refusal of each program for each reason',
    })
    expect(await sessions(server, 'secret-cam')).toEqual([])
    expect(await server.isLive('secret-view')).toBe(false)
    await Promise.all(attempts.map(child => child.kill()))
  })
})
