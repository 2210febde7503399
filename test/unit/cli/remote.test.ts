import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { ApiClient } from '../../../src/cli/remote/client.ts'
import { apiKey } from '../../../src/cli/remote/key.ts'
import { apiUrl } from '../../../src/cli/remote/url.ts'
import { tempFolder } from '../../fixtures/temp-folder.ts'
import { freeTcpPort } from '../../support/ports.ts'
import { mediaTool } from '../../support/tools.ts'

// A loaded machine may be slow; nothing here depends on how slow.
vi.setConfig({ testTimeout: 60_000 })

const KEY = 'a-key-of-the-test'

async function listening(server: Server | TcpServer): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  // A TCP server's address is no path.
  return (server.address() as AddressInfo).port
}

const httpServer = async (listener: RequestListener) =>
  `http://127.0.0.1:${await listening(createHttpServer(listener))}`

const get = (url: string, path = '/api/x') => new ApiClient({ url, key: KEY }).get(path)

const answering = (status: number, body: unknown) =>
  httpServer((_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  })

describe('a key', () => {
  const file = (text: string) => {
    const path = join(tempFolder(), 'key')
    writeFileSync(path, text)
    return path
  }

  it('comes from the file, else from the environment', async () => {
    const env = { SLS_KEY: 'of-the-environment' }
    const keyFile = file('of-the-file\n')
    expect(await apiKey({ keyFile, env, terminal: undefined })).toBe('of-the-file')
    expect(await apiKey({ keyFile: undefined, env, terminal: undefined })).toBe('of-the-environment')
  })

  it.each([
    [undefined, {}, 'an API key is needed'],
    [undefined, { SLS_KEY: '' }, 'an API key is needed'],
    ['', {}, 'an API key is needed'],
    ['two words', {}, 'characters that no key has'],
    ['one\ntwo', {}, 'characters that no key has'],
    [undefined, { SLS_KEY: 'schlüssel' }, 'characters that no key has'],
  ])('is not in %j and %j', async (text, env, message) => {
    const keyFile = text === undefined ? undefined : file(text)
    await expect(apiKey({ keyFile, env, terminal: undefined })).rejects.toMatchObject({
      exitCode: 77,
      message: expect.stringContaining(message),
    })
  })

  it('is missed where its file is', async () => {
    await expect(apiKey({ keyFile: '/nowhere', env: {}, terminal: undefined })).rejects.toMatchObject({
      exitCode: 77,
      message: expect.stringContaining('/nowhere'),
    })
  })
})

describe('the place of a server', () => {
  const conf = (text: string) => {
    const path = join(tempFolder(), 'sls.conf')
    writeFileSync(path, `srt { ${text} server { listen_player 4000; listen_publisher 4001; } }`)
    return path
  }

  it.each([
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['https://relay.example.com/', 'https://relay.example.com'],
    ['https://example.com/relay//', 'https://example.com/relay'],
  ])('is %s as %s', async (text, url) => expect(await apiUrl(text, undefined)).toBe(url))

  it.each(['ftp://127.0.0.1', '127.0.0.1:8080', 'x', '', 'http://me:secret@127.0.0.1', 'file:///etc/passwd'])(
    'is not %j',
    async text => {
      await expect(apiUrl(text, undefined)).rejects.toMatchObject({ code: 'USAGE' })
    },
  )

  it('is what the configuration says', async () => {
    expect(await apiUrl(undefined, undefined)).toBe('http://127.0.0.1:8080')
    expect(await apiUrl(undefined, conf('http_port 9000;'))).toBe('http://127.0.0.1:9000')
    expect(await apiUrl(undefined, conf('http_host "::1";'))).toBe('http://[::1]:8080')
    expect(await apiUrl(undefined, conf('http_host 192.0.2.1;'))).toBe('http://192.0.2.1:8080')
  })
})

describe('a request', () => {
  it('has the key and takes an answer', async () => {
    let seen = ''
    const url = await httpServer(({ headers }, response) => {
      seen = String(headers.authorization)
      response.setHeader('date', 'Sat, 21 Nov 2026 09:00:00 GMT')
      response.end('{"data":[{"a":1}],"next_cursor":null}')
    })
    const { body, serverMs } = await get(url)
    expect([seen, body.list('data')[0]?.number('a'), serverMs]).toEqual([
      ...[`Bearer ${KEY}`, 1, Date.UTC(2026, 10, 21, 9)],
    ])
  })

  it('reads lists to their end', async () => {
    const asked: string[] = []
    const url = await httpServer((request, response) => {
      asked.push(String(request.url))
      const isLast = asked.length === 3
      response.end(
        JSON.stringify({ data: [{ n: asked.length }], next_cursor: isLast ? null : `c${asked.length}` }),
      )
    })
    const rows = await new ApiClient({ url, key: KEY }).rows('/api/x?live=true')
    expect(rows.map(row => row.number('n'))).toEqual([1, 2, 3])
    expect(asked).toEqual([
      '/api/x?live=true&limit=1000',
      '/api/x?live=true&limit=1000&cursor=c1',
      '/api/x?live=true&limit=1000&cursor=c2',
    ])
  })

  it.each([
    [401, 77, 'the API key is not taken: no'],
    [403, 77, 'the API key may not do this: no'],
    [404, 1, 'the server does not know this: no'],
    [429, 1, 'too many requests: no'],
    [500, 1, 'it answers 500: no'],
  ])('that gets a %i says so', async (status, exitCode, message) => {
    const url = await answering(status, { message: 'no', status: 'error' })
    await expect(get(url)).rejects.toMatchObject({ exitCode, message: `${url}: ${message}` })
  })

  it('takes any body of an error', async () => {
    const url = await answering(502, '<html>')
    await expect(get(url)).rejects.toMatchObject({ message: expect.stringContaining('it answers 502') })
  })

  it('hands the key to nobody else', async () => {
    let isAsked = false
    const other = await httpServer((_, response) => {
      isAsked = true
      response.end('{}')
    })
    const url = await httpServer((_, response) => response.writeHead(302, { location: other }).end())
    await expect(get(url)).rejects.toMatchObject({ exitCode: 1 })
    expect(isAsked).toBe(false)
  })
})

describe('a server that is not there', () => {
  const says = async (url: string, message: string, hint: string) => {
    await expect(get(url)).rejects.toMatchObject({
      exitCode: 1,
      message: `${url} cannot be reached: ${message}`,
      hint: expect.stringContaining(hint),
    })
  }

  it('is told from one that speaks something else', async () => {
    await says(`http://127.0.0.1:${await freeTcpPort()}`, 'nobody listens there', '--url')
    const silent = await listening(createTcpServer(socket => socket.destroy()))
    await says(`http://127.0.0.1:${silent}`, 'the connection was closed without an answer', 'https://')
    const plain = (await answering(200, {})).replace('http:', 'https:')
    await says(plain, 'no TLS is spoken there', 'http://')
    // Without a network nobody knows whether there is such a host.
    const unknown = /the host (is not known|cannot be looked up now)$/
    await expect(get('http://no-such-host.invalid')).rejects.toMatchObject({
      exitCode: 1,
      message: expect.stringMatching(unknown),
    })
  })

  it('is told from one whose certificate nobody knows', async () => {
    const folder = tempFolder()
    const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
    const files = ['-keyout', keyFile, '-out', certFile, '-subj', '/CN=localhost', '-days', '2']
    execFileSync(mediaTool('openssl'), [...words, ...files], { stdio: 'ignore' })
    const tls = { key: readFileSync(keyFile), cert: readFileSync(certFile) }
    const port = await listening(createHttpsServer(tls, (_, response) => response.end('{}')))
    await says(`https://127.0.0.1:${port}`, 'its certificate is signed by itself', 'NODE_EXTRA_CA_CERTS')
  })
})
