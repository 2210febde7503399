import { describe, expect, it } from 'vitest'
import type { Server } from '../support/server.ts'
import { type Peer, type PlayDone, play, publish } from '../support/srt-peers.ts'
import { serverOn, TRANSPORTS } from '../support/transports.ts'

interface Issued {
  token: string
  token_id: string
  stream_id: string
  expires_at: string
}

async function issue(server: Server, wish: object = {}): Promise<Issued> {
  const { status, body } = await server.api('POST', '/api/stream-ids/view/tokens', wish)
  expect(status, JSON.stringify(body)).toBe(200)
  return (body as { data: Issued }).data
}

const playWith = (server: Server, streamId: string) => play({ port: server.ports.player, streamId })

async function plays(viewer: Peer<PlayDone>): Promise<void> {
  await viewer.waitFor('progress', 20_000, event => event.messages > 20)
}

async function codeOf(viewer: Peer<PlayDone>): Promise<number> {
  const first = await viewer.waitForAny(['connected', 'refused'])
  if (first.event === 'connected') throw new Error('it was let in')
  return first.reject
}

describe.each(TRANSPORTS)('play tokens, %s', transport => {
  const startServer = serverOn(transport)
  const live = async (): Promise<Server> => {
    const server = await startServer()
    await server.addStream('cam', 'view')
    await publish({ port: server.ports.publisher, streamId: 'cam' }).waitFor('connected')
    await server.untilLive('view')
    return server
  }

  it('stand for the stream ID, which stays out of what the viewer is given', async () => {
    const server = await live()
    const { stream_id, token } = await issue(server)
    expect(stream_id).toBe(`#!::m=request,token=${token}`)
    expect(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).not.toContain('view')
    const viewer = playWith(server, stream_id)
    await plays(viewer)
    const named = playWith(server, `#!::r=view,m=request,token=${token}`)
    await plays(named)
    expect(await codeOf(playWith(server, `#!::r=other,token=${token}`))).toBeGreaterThanOrEqual(1401)
    expect(server.child.output).not.toContain(token)
    await Promise.all([viewer.stop(), named.stop()])
  })

  it('are the only way in where tokens_only is set, and those without one are put out', async () => {
    const server = await live()
    const old = playWith(server, 'view')
    await plays(old)
    const { status } = await server.api('PATCH', '/api/stream-ids/view', { tokens_only: true })
    expect(status).toBe(200)
    await old.waitFor('broken')
    expect(await codeOf(playWith(server, 'view'))).toBe(1401)
    const { stream_id } = await issue(server)
    expect(stream_id).toContain('r=view')
    const viewer = playWith(server, stream_id)
    await plays(viewer)
    await viewer.stop()
  })

  it('count their uses, over a restart too', async () => {
    const server = await live()
    const { stream_id, token_id } = await issue(server, { max_uses: 2 })
    const first = playWith(server, stream_id)
    await plays(first)
    await first.stop()
    const { adminKey } = server
    await server.stop()

    const again = await startServer({ folder: server.folder, ports: server.ports, adminKey })
    await publish({ port: again.ports.publisher, streamId: 'cam' }).waitFor('connected')
    expect(await again.sql(`SELECT use_count FROM play_token_uses WHERE token_id = '${token_id}'`)).toEqual([
      { use_count: 1 },
    ])
    const second = playWith(again, stream_id)
    await plays(second)
    expect(await codeOf(playWith(again, stream_id))).toBe(1401)
    await second.stop()
  })

  it('expire, are bound to an address, can be voided, and cannot be forged', async () => {
    const server = await live()
    const elsewhere = await issue(server, { address: '192.0.2.0/24' })
    expect(await codeOf(playWith(server, elsewhere.stream_id))).toBe(1401)
    const here = await issue(server, { address: '127.0.0.0/8' })
    const viewer = playWith(server, here.stream_id)
    await plays(viewer)
    const brief = await issue(server, { expires_in: 1 })
    await new Promise(resolve => setTimeout(resolve, 2100))
    expect(await codeOf(playWith(server, brief.stream_id))).toBe(1401)

    const [header, payload, signature = ''] = here.token.split('.')
    const turned = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`
    expect(await codeOf(playWith(server, `#!::token=${header}.${payload}.${turned}`))).toBe(1401)

    expect((await server.api('DELETE', '/api/tokens/view')).status).toBe(200)
    expect(await codeOf(playWith(server, here.stream_id))).toBe(1401)
    const fresh = await issue(server)
    const next = playWith(server, fresh.stream_id)
    await plays(next)
    await Promise.all([viewer.stop(), next.stop()])
  })
})
