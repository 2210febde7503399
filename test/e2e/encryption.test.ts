import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { publishWithFfmpeg } from '../support/ffmpeg.ts'
import type { Server } from '../support/server.ts'
import { recordWithTransmit } from '../support/srt-live-transmit.ts'
import { play, publish } from '../support/srt-peers.ts'
import { serverOn, TRANSPORTS } from '../support/transports.ts'
import { analyseTs } from '../support/ts-stream.ts'
import { until } from '../support/wait.ts'

const PASSPHRASE = 'correct horse battery'
// SRT_REJECT_REASON in libsrt's srt.h.
const BAD_SECRET = 10
const UNSECURE = 11

describe.each(TRANSPORTS)('encryption, %s', transport => {
  const startServer = serverOn(transport)
  const encrypted = async (pbkeylen: 0 | 16 | 24 | 32): Promise<Server> => {
    const server = await startServer({ server: { passphrase: PASSPHRASE, pbkeylen } })
    await server.addStream('cam', 'view')
    return server
  }

  it.each([16, 24, 32] as const)('with a key of %i bytes, publisher to player', async bytes => {
    const server = await encrypted(bytes)
    const { publisher, player } = server.ports
    const key = { passphrase: PASSPHRASE, keyLengthBytes: bytes }
    const source = publish({ port: publisher, streamId: 'cam', ...key })
    expect(await source.waitFor('connected')).toMatchObject({ encrypted: true })
    await server.untilLive('view')
    const viewer = play({ port: player, streamId: 'view', passphrase: PASSPHRASE })
    expect(await viewer.waitFor('connected')).toMatchObject({ encrypted: true })
    await viewer.waitFor('progress', 15_000, event => event.messages > 100)
    expect(await viewer.finish()).toMatchObject({ corrupt: 0, gaps: 0 })
    await source.stop()
  })

  it('refuses a wrong and a missing passphrase', async () => {
    const server = await encrypted(0)
    const wrong = publish({
      port: server.ports.publisher,
      streamId: 'cam',
      passphrase: 'wrong horse battery',
    })
    expect(await wrong.waitForAny(['connected', 'refused'])).toMatchObject({
      event: 'refused',
      reject: BAD_SECRET,
    })
    const missing = publish({ port: server.ports.publisher, streamId: 'cam' })
    expect(await missing.waitForAny(['connected', 'refused'])).toMatchObject({
      event: 'refused',
      reject: UNSECURE,
    })
    expect(server.child.output).not.toContain(PASSPHRASE)
  })

  it('refuses a passphrase where none is set', async () => {
    const server = await startServer()
    await server.addStream('cam', 'view')
    const surplus = publish({ port: server.ports.publisher, streamId: 'cam', passphrase: PASSPHRASE })
    expect(await surplus.waitForAny(['connected', 'refused'])).toMatchObject({
      event: 'refused',
      reject: UNSECURE,
    })
  })

  it('works from ffmpeg to srt-live-transmit', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sls-encryption-'))
    const file = join(folder, 'out.ts')
    const server = await encrypted(32)
    const encoder = publishWithFfmpeg({
      port: server.ports.publisher,
      streamId: 'cam',
      passphrase: 'correct horse battery',
      keyLengthBytes: 32,
    })
    await server.untilLive('view')
    const sink = recordWithTransmit({
      port: server.ports.player,
      streamId: 'view',
      passphrase: PASSPHRASE,
      file,
    })
    const report = () => analyseTs(readFileSync(file))
    await until(() => sink.exitStatus === undefined && existsWith(file, 800 * 188), {
      deadlineMs: 30_000,
      what: 'data',
    })
    await sink.stop()
    await encoder.stop()
    expect(report()).toMatchObject({ syncLosses: 0, continuityErrors: 0 })
    rmSync(folder, { recursive: true, force: true })
  })
})

function existsWith(file: string, bytes: number): boolean {
  try {
    return readFileSync(file).length >= bytes
  } catch {
    return false
  }
}
