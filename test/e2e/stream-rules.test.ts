import { describe, expect, it } from 'vitest'
import type { Server } from '../support/server.ts'
import { type PeerOptions, play, publish } from '../support/srt-peers.ts'
import { serverOn, TRANSPORTS } from '../support/transports.ts'

const PASSPHRASE = 'correct horse battery'

async function codeOf(mode: typeof play | typeof publish, options: PeerOptions): Promise<number> {
  const peer = mode(options)
  const first = await peer.waitForAny(['connected', 'refused'])
  if (first.event === 'connected') throw new Error('it was let in')
  await peer.exited
  return first.reject
}

describe.each(TRANSPORTS)('what is set for one stream, %s', transport => {
  const startServer = serverOn(transport)
  const withStream = async (settings: object): Promise<Server> => {
    const server = await startServer()
    const stream = { publisher: 'cam', player: 'view', ...settings }
    const { status, body } = await server.api('POST', '/api/stream-ids', stream)
    expect(status, JSON.stringify(body)).toBe(200)
    return server
  }

  it('passphrase: encrypts this stream alone, and never comes out of the API', async () => {
    const server = await withStream({ passphrase: PASSPHRASE })
    await server.addStream('plain', 'plain-view')
    const cam = { port: server.ports.publisher, streamId: 'cam' }
    expect(await codeOf(publish, cam)).toBe(11)
    expect(await codeOf(publish, { ...cam, passphrase: 'wrong horse battery' })).toBe(10)
    const source = publish({ ...cam, passphrase: PASSPHRASE })
    expect(await source.waitFor('connected')).toMatchObject({ encrypted: true })
    await server.untilLive('view')
    const viewer = play({ port: server.ports.player, streamId: 'view', passphrase: PASSPHRASE })
    await viewer.waitFor('progress', 20_000, event => event.messages > 50)
    expect(await codeOf(play, { port: server.ports.player, streamId: 'view' })).toBe(11)

    const other = publish({ port: server.ports.publisher, streamId: 'plain' })
    expect(await other.waitFor('connected')).toMatchObject({ encrypted: false })

    for (const path of ['/api/stream-ids/view', '/api/stream-ids?limit=10', '/api/stream-ids?format=csv']) {
      const { body } = await server.api('GET', path)
      expect(JSON.stringify(body)).not.toContain(PASSPHRASE)
    }
    expect((await server.api('GET', '/api/stream-ids/view')).body).toMatchObject({
      data: { has_passphrase: true },
    })
    expect(server.child.output).not.toContain(PASSPHRASE)
    expect(await viewer.finish()).toMatchObject({ corrupt: 0, gaps: 0 })
    await Promise.all([source.stop(), other.stop()])
  })

  it('max_players: one more is refused with 1402, and has its place when one leaves', async () => {
    const server = await withStream({ max_players: 2 })
    const source = publish({ port: server.ports.publisher, streamId: 'cam' })
    await source.waitFor('connected')
    await server.untilLive('view')
    const seat = { port: server.ports.player, streamId: 'view' }
    const [first, second] = [play(seat), play(seat)]
    await first.waitFor('progress', 20_000, event => event.messages > 0)
    await second.waitFor('progress', 20_000, event => event.messages > 0)
    expect(await codeOf(play, seat)).toBe(1402)
    await first.stop()
    const third = play(seat)
    await third.waitFor('progress', 20_000, event => event.messages > 0)
    await Promise.all([second.stop(), third.stop(), source.stop()])
  })

  it('max_bitrate_kbps: a publisher above it for longer than the grace is put out', async () => {
    const server = await withStream({ max_bitrate_kbps: 2000, bitrate_grace_s: 1 })
    const cam = { port: server.ports.publisher, streamId: 'cam' }
    const modest = publish({ ...cam, rateKbps: 1000, seconds: 5 })
    expect(await modest.result()).toMatchObject({ broken: false })
    const greedy = publish({ ...cam, rateKbps: 6000 })
    await greedy.waitFor('broken', 20_000)
    const line = server.log.find(each => each.msg === 'disconnected' && each['reason'] === 'bitrate')
    expect(line).toBeDefined()
  })

  it('publish_networks and play_networks: others are refused, and put out when they are narrowed', async () => {
    const server = await withStream({ publish_networks: ['127.0.0.0/8'], play_networks: ['192.0.2.0/24'] })
    const source = publish({ port: server.ports.publisher, streamId: 'cam' })
    await source.waitFor('connected')
    await server.untilLive('view')
    const seat = { port: server.ports.player, streamId: 'view' }
    expect(await codeOf(play, seat)).toBe(1403)
    const widened = await server.api('PATCH', '/api/stream-ids/view', { play_networks: ['127.0.0.1'] })
    expect(widened.body).toMatchObject({ data: { play_networks: ['127.0.0.1'] } })
    const viewer = play(seat)
    await viewer.waitFor('progress', 20_000, event => event.messages > 0)
    await server.api('PATCH', '/api/stream-ids/view', { play_networks: ['2001:db8::/32'] })
    await viewer.waitFor('broken')
    await server.api('PATCH', '/api/stream-ids/view', { publish_networks: ['192.0.2.1'] })
    await source.waitFor('broken')
  })

  it('publisher: a new one is in force at once, and the old one is put out', async () => {
    const server = await withStream({})
    const old = publish({ port: server.ports.publisher, streamId: 'cam' })
    await old.waitFor('connected')
    await server.api('PATCH', '/api/stream-ids/view', { publisher: 'new-cam' })
    await old.waitFor('broken')
    expect(await codeOf(publish, { port: server.ports.publisher, streamId: 'cam' })).toBe(1401)
    const source = publish({ port: server.ports.publisher, streamId: 'new-cam' })
    await source.waitFor('connected')
    await source.stop()
  })
})
