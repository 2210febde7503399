import { describe, expect, it } from 'vitest'
import { floodHandshakes } from '../support/handshake-flood.ts'
import type { Server, ServerOptions } from '../support/server.ts'
import { type PeerOptions, play, publish } from '../support/srt-peers.ts'
import { serverOn, TRANSPORTS } from '../support/transports.ts'
import { until } from '../support/wait.ts'

interface Refusal {
  reason: string
  code: number
  message: string
  stream_id: string
  count: number
  [field: string]: unknown
}

const PASSPHRASE = 'correct horse battery'

async function refusals(server: Server, query: string = ''): Promise<Refusal[]> {
  const { status, body } = await server.api('GET', `/api/refusals${query}`)
  expect(status).toBe(200)
  return (body as { data: Refusal[] }).data
}

/** Tries, and returns what the journal says about it. */
async function refusalOf(
  server: Server,
  mode: typeof play | typeof publish,
  options: PeerOptions,
  reason: string,
): Promise<Refusal> {
  const peer = mode(options)
  await peer.waitForAny(['refused', 'broken'])
  return until(async () => (await refusals(server)).find(each => each.reason === reason), {
    deadlineMs: 10_000,
    what: `the refusal '${reason}' in the journal`,
  })
}

describe.each(TRANSPORTS)('the journal of refused connections, %s', transport => {
  const startServer = serverOn(transport)
  const start = async (options: ServerOptions = {}): Promise<Server> => {
    const server = await startServer(options)
    await server.addStream('camera-1', 'viewer-1')
    return server
  }

  it('says why in one sentence, and masks stream IDs', async () => {
    const server = await start()
    const { publisher, player } = server.ports
    const unknown = await refusalOf(
      server,
      publish,
      { port: publisher, streamId: 'nobody-knows', latencyMs: 250 },
      'unknown-stream-id',
    )
    expect(unknown).toMatchObject({
      code: 1401,
      role: 'publisher',
      address: '127.0.0.1',
      stream_id: 'nobo…',
      count: 1,
      // libsrt shows a listener the wishes of nobody that it does not let in.
      latency_ms: transport === 'direct' ? 250 : null,
      listener: `publish:${publisher}`,
    })
    expect(unknown.message).toMatch(/^[A-Z].*\.$/)
    await refusalOf(server, play, { port: player, streamId: 'viewer-1' }, 'not-live')
    await refusalOf(server, play, { port: player, streamId: 'camera-1' }, 'forbidden')
    await refusalOf(server, play, { port: player, streamId: '#!::r=viewer-1,token=a.b.c' }, 'token-invalid')
    expect((await refusals(server)).map(each => each.reason)).toEqual([
      'token-invalid',
      'forbidden',
      'not-live',
      'unknown-stream-id',
    ])
    expect(JSON.stringify(await refusals(server))).not.toContain('camera-1')
    expect(await refusals(server, '?reason=forbidden')).toHaveLength(1)
  })

  it('tells a wrong passphrase from a missing and a superfluous one', async () => {
    const server = await start({ server: { passphrase: PASSPHRASE } })
    const cam = { port: server.ports.publisher, streamId: 'camera-1' }
    const wrong = await refusalOf(
      server,
      publish,
      { ...cam, passphrase: 'wrong horse battery' },
      'bad-passphrase',
    )
    expect(wrong).toMatchObject({ code: 10, encryption: 'encrypted' })
    const missing = await refusalOf(server, publish, cam, 'no-encryption')
    expect(missing).toMatchObject({ code: 11 })

    const plain = await start()
    const surplus = { port: plain.ports.publisher, streamId: 'camera-1', passphrase: PASSPHRASE }
    expect(await refusalOf(plain, publish, surplus, 'no-encryption')).toMatchObject({ code: 11 })
  })

  it('has those whose latency is above latency_max, with what they asked for', async () => {
    const server = await start({ server: { latency_max: 1000 } })
    const asked = { port: server.ports.publisher, streamId: 'camera-1', latencyMs: 3000 }
    const late = await refusalOf(server, publish, asked, 'latency')
    expect(late).toMatchObject({ latency_ms: 3000 })
    expect(late.message).toContain('3000')
  })

  it('counts repeated attempts in one entry, and stays bounded in a flood', async () => {
    const server = await start()
    await floodHandshakes(server.ports.player, 'the-flood', 3000)
    const counted = async () => {
      const list = await refusals(server, '?limit=1000')
      const sum = list.reduce((total, each) => total + each.count, 0)
      return sum >= 2500 ? list : undefined
    }
    const list = await until(counted, { deadlineMs: 15_000, what: 'the flood in the journal' })
    expect(list.length).toBeLessThan(100)
  })
})
