import { execFileSync } from 'node:child_process'
import type { LookupAddress } from 'node:dns'
import { readFileSync } from 'node:fs'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { networkCheck } from '../../../src/access/networks.ts'
import { systemClock } from '../../../src/lib/clock.ts'
import { type CallerOptions, caller } from '../../../src/webhooks/caller.ts'
import { TargetGuard } from '../../../src/webhooks/target-guard.ts'
import { deadUrl, hookServer } from '../../fixtures/hook-server.ts'
import { tempFolder } from '../../fixtures/temp-folder.ts'
import { until } from '../../support/wait.ts'

// A loaded machine may be slow; nothing here depends on how slow.
vi.setConfig({ testTimeout: 60_000 })

const BODY = '{"id":1}'

interface Ask extends Partial<CallerOptions> {
  url: string
  /** webhook_networks. */
  allowed?: readonly string[]
  signal?: AbortSignal
}

function ask({ url, allowed = ['127.0.0.1'], signal = new AbortController().signal, ...options }: Ask) {
  const guard = new TargetGuard({ allowed: () => allowed, contains: networkCheck() })
  const call = caller({ guard, version: '2.0.0', clock: systemClock, ...options })
  return call({ url, headers: { 'webhook-id': 'evt_1' }, body: BODY, signal })
}

/** A TCP server that says what the test wants, whatever it is asked. */
async function rawServer(answer: (socket: Socket) => void): Promise<{ url: string; sockets: Socket[] }> {
  const sockets: Socket[] = []
  const server: Server = createTcpServer(socket => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    socket.once('data', () => answer(socket))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  // A server that listens on TCP has an address of this kind.
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, sockets }
}

const resolveTo = (...addresses: string[]) => {
  const asked: string[] = []
  const resolve = async (host: string): Promise<LookupAddress[]> => {
    asked.push(host)
    return addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 }))
  }
  return { asked, resolve }
}

describe('a call', () => {
  it('is a POST with the body, the headers and nothing of the environment', async () => {
    const { url, requests } = await hookServer(response => response.writeHead(204).end())
    vi.stubEnv('http_proxy', 'http://127.0.0.1:9')
    vi.stubEnv('HTTP_PROXY', 'http://127.0.0.1:9')
    vi.stubEnv('NODE_USE_ENV_PROXY', '1')
    onTestFinished(() => void vi.unstubAllEnvs())
    const outcome = await ask({ url: `${url}/a?token=t` })
    expect(outcome).toEqual({ status: 204, error: null, durationMs: expect.any(Number) })
    expect(requests).toMatchObject([{ method: 'POST', url: '/a?token=t', body: BODY }])
    const { host, ...headers } = requests[0]?.headers ?? {}
    expect(`http://${host}`).toBe(url)
    expect(headers).toEqual({
      'webhook-id': 'evt_1',
      'content-type': 'application/json',
      'content-length': String(BODY.length),
      'user-agent': 'srt-live-server/2.0.0',
      connection: 'close',
    })
  })

  it.each([200, 201, 202, 204, 299])('is taken with %i', async status => {
    const { url } = await hookServer(response => response.writeHead(status).end())
    expect(await ask({ url })).toMatchObject({ status, error: null })
  })

  it.each([400, 401, 404, 410, 429, 500, 503])('is not taken with %i', async status => {
    const { url } = await hookServer(response => response.writeHead(status).end('no'))
    expect(await ask({ url })).toMatchObject({ status, error: `answered ${status}` })
  })

  it.each([301, 302, 303, 307, 308])('follows no %i', async status => {
    const target = await hookServer(response => response.end())
    const { url } = await hookServer(response => response.writeHead(status, { location: target.url }).end())
    const error = `answered ${status}; redirects are not followed`
    expect(await ask({ url })).toMatchObject({ status, error })
    expect(target.requests).toEqual([])
  })

  it('tells what the endpoint asks for', async () => {
    const wait = { a: '7', b: '99999', c: 'soon', d: 'Thu, 01 Jan 1970 00:00:00 GMT' }
    const { url } = await hookServer((response, request) => {
      const name = (request.url ?? '').slice(1) as keyof typeof wait
      response.writeHead(503, { 'retry-after': wait[name] }).end()
    })
    const waits = []
    for (const name of Object.keys(wait)) waits.push((await ask({ url: `${url}/${name}` })).retryAfterMs)
    expect(waits).toEqual([7000, 3_600_000, undefined, 0])
  })

  it('ends at the deadline when nothing is answered', async () => {
    const { url } = await hookServer(() => undefined)
    const outcome = await ask({ url, deadlineMs: 100 })
    expect(outcome).toMatchObject({ status: null, error: 'no complete answer within 0.1 s' })
  })

  it('ends at the deadline when headers or body come drop by drop', async () => {
    const drip = (start: string, drop: string) => (socket: Socket) => {
      socket.write(start)
      const timer = setInterval(() => socket.write(drop), 10)
      socket.on('close', () => clearInterval(timer))
    }
    const header = await rawServer(drip('HTTP/1.1 200 OK\r\n', 'x: y\r\n'))
    expect(await ask({ url: header.url, deadlineMs: 150 })).toMatchObject({
      status: null,
      error: 'no complete answer within 0.15 s',
    })
    const body = await rawServer(drip('HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n', 'x'))
    expect(await ask({ url: body.url, deadlineMs: 2000 })).toMatchObject({
      status: 200,
      error: 'no complete answer within 2 s',
    })
    const closed = () => [...header.sockets, ...body.sockets].every(socket => socket.destroyed)
    await until(closed, { deadlineMs: 20_000, what: 'the sockets to be closed' })
  })

  it('reads no more of an answer than it needs', async () => {
    let written = 0
    const { url, sockets } = await rawServer(socket => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      const more = () => {
        while (!socket.destroyed && socket.write(Buffer.alloc(65_536))) written += 65_536
        socket.once('drain', more)
      }
      more()
    })
    expect(await ask({ url })).toMatchObject({ status: 200, error: null })
    await until(() => sockets[0]?.destroyed, { deadlineMs: 20_000, what: 'the socket to be closed' })
    expect(written).toBeGreaterThan(0)
  })

  it.each([
    ['', 'the connection was cut (ECONNRESET)'],
    ['HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab', 'the connection was cut (ECONNRESET)'],
    ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab', 'the connection was cut (ECONNRESET)'],
    ['nonsense\r\n\r\n', expect.stringMatching(/^the answer is not valid HTTP \(HPE_/)],
    [`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`, expect.stringMatching(/HPE_HEADER_OVERFLOW/)],
    ['HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n', expect.any(String)],
  ])('is not taken when the peer says %j and leaves', async (text, error) => {
    const { url } = await rawServer(socket => socket.end(text))
    expect(await ask({ url })).toMatchObject({ error })
  })

  it('says so when nobody listens', async () => {
    expect(await ask({ url: await deadUrl() })).toMatchObject({
      status: null,
      error: 'nobody listens there (ECONNREFUSED)',
    })
  })

  it('is cut off by its signal, at whatever it is', async () => {
    const early = new AbortController()
    early.abort()
    const { url, requests } = await hookServer(() => undefined)
    expect((await ask({ url, signal: early.signal })).error).not.toBeNull()
    expect(requests).toEqual([])
    const late = new AbortController()
    const running = ask({ url, signal: late.signal })
    await until(() => requests.length === 1, { deadlineMs: 20_000, what: 'the request' })
    late.abort()
    expect((await running).error).not.toBeNull()
    const never = new AbortController()
    const looking = ask({
      url: 'http://hooks.example/',
      signal: never.signal,
      resolve: () => new Promise<never>(() => undefined),
    })
    never.abort()
    expect((await looking).error).not.toBeNull()
  })

  it('does not wait for names longer than for anything else', async () => {
    const outcome = await ask({
      url: 'http://hooks.example/',
      deadlineMs: 50,
      resolve: () => new Promise<never>(() => undefined),
    })
    expect(outcome).toMatchObject({ status: null, error: 'no complete answer within 0.05 s' })
  })
})

describe('a target', () => {
  it.each([
    'http://127.0.0.1',
    'http://2130706433',
    'http://0177.0.0.1',
    'http://0x7f.1',
    'http://127.1',
    'http://[::ffff:127.0.0.1]',
    'http://[::ffff:7f00:1]',
    'http://[::1]',
    'http://0.0.0.0',
  ])('%s is never connected to unless it is allowed', async origin => {
    const { url, requests } = await hookServer(response => response.end())
    const { port } = new URL(url)
    const outcome = await ask({ url: `${origin}:${port}/`, allowed: ['10.0.0.0/8'] })
    expect(outcome).toMatchObject({
      status: null,
      error: expect.stringMatching(/^the URL must not lead to /),
    })
    expect(requests).toEqual([])
  })

  it('localhost is refused by what it leads to', async () => {
    const { url, requests } = await hookServer(response => response.end())
    const { port } = new URL(url)
    const outcome = await ask({ url: `http://localhost:${port}/`, allowed: [] })
    expect(outcome.error).toMatch(/^the URL must not lead to (127\.0\.0\.1|::1), a loopback address/)
    expect(requests).toEqual([])
  })

  it('is the address that was checked, and only one that may be', async () => {
    const { url, requests } = await hookServer(response => response.end())
    const { port } = new URL(url)
    const { asked, resolve } = resolveTo('10.0.0.1', '127.0.0.1', 'fd00::1')
    const outcome = await ask({ url: `http://hooks.example:${port}/`, resolve })
    expect(outcome).toMatchObject({ status: 200, error: null })
    expect(requests[0]?.headers.host).toBe(`hooks.example:${port}`)
    // One look-up: a second could tell something else.
    expect(asked).toEqual(['hooks.example'])
  })

  it('that changes its mind is refused when it does', async () => {
    const { url, requests } = await hookServer(response => response.end())
    const { port } = new URL(url)
    const answers = [['127.0.0.1'], ['10.0.0.1'], ['::ffff:127.0.0.2'], []]
    const resolve = async () => (answers.shift() ?? []).map(address => ({ address, family: 4 }))
    const errors = []
    for (let i = 0; i < 4; i++)
      errors.push((await ask({ url: `http://hooks.example:${port}/`, resolve })).error)
    expect(errors).toEqual([
      null,
      'the URL must not lead to 10.0.0.1, a private address; webhook_networks can allow it',
      'the URL must not lead to ::ffff:127.0.0.2, an IPv4-mapped address; webhook_networks can allow it',
      'the URL must lead to an address',
    ])
    expect(requests).toHaveLength(1)
  })

  it('without an address is named as such', async () => {
    const resolve = () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }))
    expect(await ask({ url: 'http://hooks.example/', resolve })).toMatchObject({
      status: null,
      error: 'the host has no address (ENOTFOUND)',
    })
  })
})

describe('HTTPS', () => {
  function certificate(name: string) {
    const folder = tempFolder()
    const files = [
      '-keyout',
      join(folder, 'key'),
      '-out',
      join(folder, 'cert'),
      '-addext',
      `subjectAltName=DNS:${name}`,
    ]
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-days', '2', '-subj', '/CN=x']
    execFileSync('openssl', ['req', '-x509', '-nodes', ...kind, ...files], { stdio: 'ignore' })
    return {
      key: readFileSync(join(folder, 'key'), 'utf8'),
      cert: readFileSync(join(folder, 'cert'), 'utf8'),
    }
  }

  async function tlsServer(name: string) {
    const pair = certificate(name)
    const server = createTlsServer(
      pair,
      (request, response) => void request.resume().on('end', () => response.end()),
    )
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    return { ca: pair.cert, port: (server.address() as AddressInfo).port }
  }

  const { resolve } = resolveTo('127.0.0.1')

  it('is taken from a host with its own certificate', async () => {
    const { ca, port } = await tlsServer('hooks.example')
    const url = `https://hooks.example:${port}/`
    expect(await ask({ url, resolve, ca })).toMatchObject({ status: 200, error: null })
  })

  it('is refused with a certificate of nobody, or of somebody else, whatever the environment says', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    onTestFinished(() => void vi.unstubAllEnvs())
    const { ca, port } = await tlsServer('other.example')
    const url = `https://hooks.example:${port}/`
    expect(await ask({ url, resolve })).toMatchObject({
      status: null,
      error: 'the certificate is self-signed (DEPTH_ZERO_SELF_SIGNED_CERT)',
    })
    expect(await ask({ url, resolve, ca })).toMatchObject({
      error: 'the certificate is for another host (ERR_TLS_CERT_ALTNAME_INVALID)',
    })
  })

  it('is refused where there is no TLS, and HTTP where there is', async () => {
    const { url } = await hookServer(response => response.end())
    expect((await ask({ url: url.replace('http:', 'https:') })).error).toMatch(
      /^(this is no TLS|the call failed)/,
    )
    const { port } = await tlsServer('hooks.example')
    expect((await ask({ url: `http://127.0.0.1:${port}/` })).error).not.toBeNull()
  })
})
