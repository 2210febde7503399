import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type Agent, get } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { type Certificate, checkCertificate, renewCertificate } from '../../src/http/tls.ts'
import { tempFolder } from '../fixtures/temp-folder.ts'
import { buildTestServer } from '../support/build.ts'
import { freeTcpPort } from '../support/ports.ts'
import { until } from '../support/wait.ts'
import { connectionCount, listen } from './raw.ts'

const CONNECTION = { deadlineMs: 20_000, what: 'the connection' }

function openssl(...words: string[]): string {
  return execFileSync('openssl', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
}

function certificate(name: string, kind = ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'sls-test-'))
  try {
    const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
    const files = ['-keyout', keyFile, '-out', certFile, '-days', '2', '-subj', `/CN=${name}`]
    openssl('req', '-x509', '-nodes', '-newkey', ...kind, ...files)
    return { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const [first, second] = [certificate('first'), certificate('second')]

interface Answer {
  status: number | undefined
  name: unknown
  headers: NodeJS.Dict<string | string[]>
}

function ask(port: number, agent: Agent | false = false): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: '/health', rejectUnauthorized: false, agent }
    get(options, answer => {
      answer.resume()
      // The request went over TLS.
      const { subject } = (answer.socket as TLSSocket).getPeerCertificate()
      resolve({ status: answer.statusCode, name: subject?.CN, headers: answer.headers })
    }).on('error', reject)
  })
}

/** Writes bytes and resolves when the server has hung up. */
function hangUp(port: number, bytes: string | Buffer): Promise<string> {
  return new Promise(resolve => {
    let received = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    socket.on('data', chunk => {
      received += chunk.toString('latin1')
    })
    // A reset is as good an end as any.
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(received))
  })
}

describe('a server with a certificate', () => {
  it('speaks HTTPS, with the limits of the other one, and says that it always will', async () => {
    const { app } = buildTestServer({}, { tls: first })
    const answer = await ask(await listen(app))
    expect(answer).toMatchObject({ status: 200, name: 'first' })
    expect(answer.headers['strict-transport-security']).toBe('max-age=15552000')
    const { headersTimeout, requestTimeout, keepAliveTimeout, maxConnections } = app.server
    expect({ headersTimeout, requestTimeout, keepAliveTimeout, maxConnections }).toEqual({
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 65_000,
      maxConnections: 2000,
    })
  })

  it('takes another certificate while it runs, and keeps the old one if the new one is no good', async () => {
    const { app } = buildTestServer({}, { tls: first })
    const port = await listen(app)
    expect((await ask(port)).name).toBe('first')
    renewCertificate(app, second)
    expect((await ask(port)).name).toBe('second')
    expect(() => renewCertificate(app, { cert: first.cert, key: second.key })).toThrow(
      'tls_key is not the key',
    )
    expect((await ask(port)).name).toBe('second')
  })

  it.each([
    ['HTTP', 'GET /health HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['text', 'hello?\r\n\r\n'],
    ['zeros', Buffer.alloc(600)],
    ['half a ClientHello', Buffer.from('16030100f8010000f40303', 'hex').fill(7, 5)],
  ])('hangs up on %s and goes on', async (_, bytes) => {
    const { app, log } = buildTestServer({}, { tls: first })
    const port = await listen(app)
    // The rest of half a ClientHello never comes: the client gives up.
    const ended = bytes.includes('hello') || typeof bytes === 'string' || bytes[0] === 0
    if (ended) expect(await hangUp(port, bytes)).not.toContain('HTTP/1.1')
    else connect(port, '127.0.0.1').end(bytes)
    expect((await ask(port)).status).toBe(200)
    expect(log.from(30)).toEqual([])
  })

  it('closes while somebody is in the middle of a handshake', async () => {
    const { app } = buildTestServer({}, { tls: first })
    const port = await listen(app)
    const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.from('16030100f8', 'hex')))
    const ended = new Promise(resolve => socket.on('close', resolve).on('error', () => undefined))
    socket.resume()
    await until(async () => (await connectionCount(app)) === 1, CONNECTION)
    await app.close()
    await ended
    expect(app.server.listening).toBe(false)
  })

  it('closes while somebody says nothing after the handshake', async () => {
    const { app } = buildTestServer({}, { tls: first })
    const port = await listen(app)
    const isSecure = new Promise(resolve => app.server.once('secureConnection', resolve))
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
    const ended = new Promise(resolve => socket.on('close', resolve).on('error', () => undefined))
    socket.resume()
    await isSecure
    await app.close()
    await ended
  }, 40_000)

  it('tells handshakes apart that come from one port to two addresses', async ({ skip }) => {
    if (process.platform !== 'linux') skip('only Linux has all of 127.0.0.0/8')
    const { app } = buildTestServer({}, { tls: first })
    await app.listen({ host: '0.0.0.0', port: 0 })
    // A TCP server has this kind of address.
    const { port } = app.server.address() as AddressInfo
    const codes: unknown[] = []
    app.server.on('tlsClientError', (error: NodeJS.ErrnoException) => codes.push(error.code))
    const from = { port, localAddress: '127.0.0.1', localPort: await freeTcpPort() }
    const [one, other] = ['127.0.0.1', '127.0.0.2'].map(host => connect({ ...from, host }))
    const ended = new Promise(resolve => one?.on('close', resolve).on('error', () => undefined))
    one?.resume()
    await until(async () => (await connectionCount(app)) === 2, CONNECTION)
    other?.destroy()
    await until(async () => (await connectionCount(app)) === 1, CONNECTION)
    await app.close()
    await ended
    // That would end it too, but late.
    expect(codes).not.toContain('ERR_TLS_HANDSHAKE_TIMEOUT')
  }, 40_000)

  it('is not to be had from a server that speaks plain HTTP', async () => {
    const { app } = buildTestServer()
    await listen(app)
    expect((app.server.address() as AddressInfo).port).toBeGreaterThan(0)
    expect(() => renewCertificate(app, first)).toThrow('does not speak TLS')
  })

  it('is not built with one that is no good', () => {
    expect(() => buildTestServer({}, { tls: { cert: 'x', key: first.key } })).toThrow('tls_cert')
  })
})

describe('certificate and key', () => {
  it('are good together, also with a chain behind the certificate', () => {
    expect(() => checkCertificate(first)).not.toThrow()
    expect(() => checkCertificate({ ...first, cert: first.cert + second.cert })).not.toThrow()
    expect(() => checkCertificate(certificate('rsa', ['rsa:2048']))).not.toThrow()
  })

  it.each<[string, Partial<Certificate>, string]>([
    ['of others', { key: second.key }, 'tls_key is not the key of the certificate in tls_cert'],
    ['in the wrong order', { cert: second.cert + first.cert }, 'tls_key is not the key of the certificate'],
    ['no certificate', { cert: 'nothing' }, 'tls_cert holds no certificate that can be read'],
    ['empty', { cert: '' }, 'tls_cert holds no certificate that can be read'],
    ['the key twice', { cert: first.key }, 'tls_cert holds no certificate that can be read'],
    ['no key', { key: 'nothing' }, 'tls_key holds no private key that can be read'],
    ['the certificate twice', { key: first.cert }, 'tls_key holds no private key that can be read'],
  ])('are refused: %s', (_, changes, sentence) => {
    const check = () => checkCertificate({ ...first, ...changes })
    expect(check).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
    expect(check).toThrow(sentence)
  })

  it('never come back in a message', () => {
    const middle = first.key.split('\n')[1] ?? 'nothing'
    try {
      checkCertificate({ cert: second.cert, key: first.key })
      expect.unreachable()
    } catch (error) {
      expect(String(error)).not.toContain(middle)
    }
  })

  it('may not be protected by a passphrase', () => {
    const file = join(tempFolder(), 'key.pem')
    openssl('genpkey', '-algorithm', 'RSA', '-aes256', '-pass', 'pass:secret', '-out', file)
    const check = () => checkCertificate({ ...first, key: readFileSync(file, 'utf8') })
    expect(check).toThrow('tls_key holds no private key that can be read')
  })
})
