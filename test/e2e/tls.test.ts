import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { get } from 'node:https'
import { connect } from 'node:net'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { tempFolder } from '../fixtures/temp-folder.ts'
import { spawnServer, startServer } from '../support/server.ts'
import { until } from '../support/wait.ts'

/** Writes a self-signed certificate for `name` over the files. */
function certify(folder: string, name: string): { tls_cert: string; tls_key: string } {
  const [tls_cert, tls_key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const files = ['-keyout', tls_key, '-out', tls_cert, '-days', '2', '-subj', `/CN=${name}`]
  execFileSync('openssl', [...words, ...files], { stdio: 'ignore' })
  return { tls_cert, tls_key }
}

function health(port: number): Promise<{ status: number | undefined; name: string; hsts: unknown }> {
  return new Promise((resolve, reject) => {
    const options = { port, host: '127.0.0.1', path: '/health', rejectUnauthorized: false, agent: false }
    get(options, answer => {
      answer.resume()
      // The request went over TLS.
      const { CN } = (answer.socket as TLSSocket).getPeerCertificate().subject
      const name = String(CN)
      const hsts = answer.headers['strict-transport-security']
      resolve({ status: answer.statusCode, name, hsts })
    }).on('error', reject)
  })
}

describe('TLS', () => {
  it('serves the API, and takes a renewed certificate on SIGHUP', async () => {
    const folder = tempFolder()
    const server = await spawnServer({ srt: certify(folder, 'first') })
    await until(() => server.log.some(line => line.msg === 'ready'), {
      deadlineMs: 30_000,
      what: 'the server',
    })
    const { http } = server.ports
    expect(await health(http)).toMatchObject({ status: 200, name: 'first' })
    expect((await health(http)).hsts).toBeDefined()
    certify(folder, 'second')
    server.signal('SIGHUP')
    await until(async () => (await health(http)).name === 'second', {
      deadlineMs: 10_000,
      what: 'the new certificate',
    })
    // Plain HTTP on the TLS port is turned away and hurts nobody.
    const socket = connect(http, '127.0.0.1', () => socket.write('GET /health HTTP/1.1\r\nHost: x\r\n\r\n'))
    await new Promise(resolve =>
      socket
        .on('close', resolve)
        .on('error', () => undefined)
        .resume(),
    )
    expect(await health(http)).toMatchObject({ status: 200 })
    expect((await server.stop()).code).toBe(0)
  })

  it('keeps the old certificate when the new one is broken, and says so', async () => {
    const folder = tempFolder()
    const server = await spawnServer({ srt: certify(folder, 'good') })
    await until(() => server.log.some(line => line.msg === 'ready'), {
      deadlineMs: 30_000,
      what: 'the server',
    })
    rmSync(join(folder, 'key.pem'))
    server.signal('SIGHUP')
    const isNamed = () => server.log.some(line => JSON.stringify(line).includes('tls_key'))
    await until(isNamed, { deadlineMs: 10_000, what: 'a line about tls_key' })
    expect(await health(server.ports.http)).toMatchObject({ status: 200, name: 'good' })
  })

  it('does not start with a certificate that cannot be read', async () => {
    const folder = tempFolder()
    const server = await spawnServer({
      srt: { tls_cert: join(folder, 'none.pem'), tls_key: join(folder, 'none.key') },
    })
    expect((await server.exit).code).toBe(78)
    expect(server.child.output).toContain('none.pem')
  })

  it('is off by default', async () => {
    const server = await startServer()
    const { headers } = await server.request('GET', '/health')
    expect(headers.get('strict-transport-security')).toBeNull()
  })
})
