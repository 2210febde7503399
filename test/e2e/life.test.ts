import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { type Server, startServer } from '../support/server.ts'
import { play, publish } from '../support/srt-peers.ts'
import { serverOn, TRANSPORTS } from '../support/transports.ts'
import { until } from '../support/wait.ts'

async function live(server: Server) {
  await server.addStream('cam', 'view')
  const source = publish({ port: server.ports.publisher, streamId: 'cam' })
  await source.waitFor('connected')
  await server.untilLive('view')
  const viewer = play({ port: server.ports.player, streamId: 'view' })
  await viewer.waitFor('progress', 15_000, event => event.messages > 20)
  return { source, viewer }
}

const logged = (server: Server, msg: string) =>
  until(() => server.log.find(line => line.msg === msg), {
    deadlineMs: 10_000,
    what: `the log line '${msg}'`,
  })

describe.each(TRANSPORTS)('reload, %s', transport => {
  const startServer = serverOn(transport)

  it('applies a changed file without dropping a session', async () => {
    const server = await startServer({ srt: { rate_limit_stats: 1000 } })
    const { source, viewer } = await live(server)
    server.writeConf({
      srt: { log_level: 'debug', cors_header: 'https://panel.example' },
      server: { latency_min: 300, idle_streams_timeout: 30 },
    })
    server.signal('SIGHUP')
    await logged(server, 'reloaded')
    expect((await server.request('GET', '/health')).headers.get('access-control-allow-origin')).toBe(
      'https://panel.example',
    )
    // The port was opened anew: the next publisher gets the new floor, the old one goes on with its own.
    await server.addStream('cam2', 'view2')
    const second = publish({ port: server.ports.publisher, streamId: 'cam2', latencyMs: 100 })
    expect(await second.waitFor('connected')).toMatchObject({ peerLatencyMs: 300 })
    const before = viewer.events.filter(event => event.event === 'progress').at(-1)?.messages ?? 0
    await viewer.waitFor('progress', 15_000, event => event.messages > before + 50)
    expect(await viewer.finish()).toMatchObject({ broken: 0, gaps: 0, corrupt: 0, sessions: 1 })
    expect(await source.finish()).toMatchObject({ broken: false })
    await second.stop()
  })

  it('refuses a bad file as a whole', async () => {
    const server = await startServer()
    const { source, viewer } = await live(server)
    server.writeConf({
      srt: { cors_header: 'https://new.example', log_levle: 'debug' },
      server: { latency_min: 99_999 },
    })
    server.signal('SIGHUP')
    await logged(server, 'reload refused, nothing was changed')
    const lines = server.log.map(line => line.msg)
    expect(lines.some(line => line.includes('sls.conf:') && line.includes('log_level'))).toBe(true)
    expect(lines.some(line => line.includes('latency_min'))).toBe(true)
    expect((await server.request('GET', '/health')).headers.get('access-control-allow-origin')).toBe('*')
    expect(await viewer.finish()).toMatchObject({ broken: 0, gaps: 0 })
    await source.stop()
  })

  it('survives a storm of signals under traffic', async () => {
    const server = await startServer()
    const { source, viewer } = await live(server)
    for (let i = 0; i < 10; i++) {
      server.writeConf({ server: { latency_min: 100 + i } })
      server.signal('SIGHUP')
      await new Promise(resolve => setTimeout(resolve, 30))
    }
    await until(() => server.log.filter(line => line.msg === 'reloaded').length > 0, {
      deadlineMs: 10_000,
      what: 'a reload',
    })
    const before = viewer.events.filter(event => event.event === 'progress').at(-1)?.messages ?? 0
    await viewer.waitFor('progress', 15_000, event => event.messages > before + 100)
    expect(await viewer.finish()).toMatchObject({ broken: 0, gaps: 0, corrupt: 0 })
    await source.stop()
  })

  it('by sls -s reload and stop through the pid file', async () => {
    const server = await startServer()
    const reload = await server.cli('-c', server.confFile, '-s', 'reload')
    expect(reload.code).toBe(0)
    await logged(server, 'reloaded')
    const stop = await server.cli('-c', server.confFile, '-s', 'stop')
    expect(stop.code).toBe(0)
    expect(await server.exit).toMatchObject({ code: 0 })
    expect((await server.cli('-c', server.confFile, '-s', 'reload')).code).toBe(1)
  })
})

/** A request whose body does not come. */
async function halfRequest(server: Server): Promise<Socket> {
  const socket = connect(server.ports.http, '127.0.0.1')
  await once(socket, 'connect')
  const head = `POST /api/stream-ids HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${server.adminKey}\r\nContent-Length: 36\r\n\r\n`
  await new Promise(resolve => socket.write(head, resolve))
  // Answered after it, so it was read after it too.
  await server.isHealthy()
  return socket
}

describe('log file', () => {
  it('is opened anew on SIGHUP, so that it can be rotated', async () => {
    const server = await startServer({ srt: { log_file: 'sls.log' }, readyBy: 'health' })
    server.renameFile('sls.log', 'sls.log.1')
    server.signal('SIGHUP')
    const isReloaded = () =>
      server.hasFile('sls.log') && server.readFile('sls.log').includes('"msg":"reloaded"')
    await until(isReloaded, { deadlineMs: 10_000, what: 'the new file' })
    expect(server.readFile('sls.log.1')).toContain('"msg":"ready"')
  })

  it('never holds a key, a passphrase or a publisher stream ID', async () => {
    const secrets = { publisher: 'publisher-secret-of-mine', passphrase: 'passphrase-secret-of-mine' }
    const server = await startServer({
      srt: { log_level: 'trace' },
      // A stalled machine must not make room for the rival.
      server: { passphrase: secrets.passphrase, publisher_takeover_after: -1 },
    })
    await server.addStream(secrets.publisher, 'view')
    const source = publish({
      port: server.ports.publisher,
      streamId: secrets.publisher,
      passphrase: secrets.passphrase,
    })
    await source.waitFor('connected')
    const rival = publish({
      port: server.ports.publisher,
      streamId: secrets.publisher,
      passphrase: secrets.passphrase,
    })
    await rival.waitFor('refused')
    await server.request('GET', '/api/stream-ids', { headers: { authorization: 'Bearer wrong-key-of-mine' } })
    await server.stats('view')
    await source.stop()
    server.signal('SIGHUP')
    await logged(server, 'reloaded')
    const text = server.log.map(line => JSON.stringify(line)).join('\n')
    for (const secret of [secrets.publisher, secrets.passphrase, server.adminKey, 'wrong-key-of-mine']) {
      expect(text).not.toContain(secret)
    }
  })
})

const SIGNALS = TRANSPORTS.flatMap(transport =>
  (['SIGTERM', 'SIGINT'] as const).map(signal => ({ transport, signal })),
)

describe('shutdown', () => {
  it.each(SIGNALS)(
    'by $signal under traffic ends every session and exits 0, $transport',
    async ({ transport, signal }) => {
      const server = await startServer({ transport })
      const { source, viewer } = await live(server)
      server.signal(signal)
      expect(await server.exit).toMatchObject({ code: 0, signal: null })
      await viewer.waitFor('broken', 10_000)
      await source.waitFor('broken', 10_000)
      expect(server.log.at(-1)?.msg).toBe('stopped')
      const reasons = server.log.filter(line => line.msg === 'disconnected').map(line => line['reason'])
      expect(reasons).toEqual(['stopping', 'stopping'])
    },
  )

  it('names what hung when shutdown_timeout is over, and exits 1', async () => {
    const server = await startServer({ srt: { shutdown_timeout: 1 } })
    const request = await halfRequest(server)
    server.signal('SIGTERM')
    expect(await server.exit).toMatchObject({ code: 1, signal: null })
    expect(server.child.stderr).toContain('HTTP did not stop')
    request.destroy()
  })

  it('ends at once on a second signal', async () => {
    const server = await startServer({ srt: { shutdown_timeout: 300 } })
    const request = await halfRequest(server)
    server.signal('SIGTERM')
    await logged(server, 'stopping')
    server.signal('SIGTERM')
    expect(await server.exit).toMatchObject({ code: 1, signal: null })
    expect(server.log.some(line => line.msg === 'stopped')).toBe(false)
    request.destroy()
  })

  it('lets a request that is under way end', async () => {
    const server = await startServer()
    const request = await halfRequest(server)
    server.signal('SIGTERM')
    await logged(server, 'stopping')
    request.write('{"publisher":"late","player":"late"}')
    expect(await server.exit).toMatchObject({ code: 0 })
    request.destroy()
  })

  it('leaves a database without a write-ahead log, and the access log in it', async () => {
    const server = await startServer()
    await server.addStream('cam', 'view')
    await server.api('GET', '/api/stream-ids')
    await server.stop()
    const rows = await server.sql('SELECT method, response_code AS code FROM access_logs ORDER BY id')
    expect(rows).toEqual([
      { method: 'POST', code: 200 },
      { method: 'GET', code: 200 },
    ])
  })
})
