import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tempFolder } from '../fixtures/temp-folder.ts'
import { buildTestServer } from '../support/build.ts'
import { listen, send } from './raw.ts'

const UNKNOWN = '{"code":"ROUTE_UNKNOWN","message":"Not found","status":"error"}'

/** What a build leaves, in small. */
function builtPage(): string {
  const folder = tempFolder()
  const root = join(folder, 'page')
  mkdirSync(join(root, 'assets'), { recursive: true })
  writeFileSync(join(root, 'index.html'), '<!doctype html><title>page</title>')
  writeFileSync(join(root, 'assets/index-abc.js'), 'export {}')
  writeFileSync(join(root, 'assets/index-abc.js.br'), 'brotli')
  writeFileSync(join(folder, 'secret.txt'), 'secret')
  return root
}

async function serve(settings = {}) {
  const server = buildTestServer({ isPageOn: true, ...settings }, {}, { pageRoot: builtPage() })
  return { ...server, port: await listen(server.app) }
}

describe('the page', () => {
  it('is at / for everybody, asked for anew each time', async () => {
    const { port } = await serve()
    const { status, headers, body } = await send(port, 'GET', '/')
    expect(status).toBe(200)
    expect(body).toContain('<title>page</title>')
    expect(headers['content-type']).toMatch(/^text\/html; charset=utf-8/i)
    expect(headers['cache-control']).toBe('no-cache')
    expect(headers['etag']).toBeDefined()
    expect((await send(port, 'HEAD', '/')).status).toBe(200)
  })

  it('says nothing new to who has it', async () => {
    const { app } = await serve()
    const { headers } = await app.inject('/')
    const again = await app.inject({ url: '/', headers: { 'if-none-match': String(headers['etag']) } })
    expect(again.statusCode).toBe(304)
  })

  it('has assets that never change, compressed for who takes that', async () => {
    const { app } = await serve()
    const plain = await app.inject('/assets/index-abc.js')
    expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect(plain.headers['content-type']).toMatch(/^(text|application)\/javascript/)
    expect(plain.body).toBe('export {}')
    const small = await app.inject({ url: '/assets/index-abc.js', headers: { 'accept-encoding': 'br' } })
    expect(small.headers['content-encoding']).toBe('br')
    expect(small.headers['vary']).toMatch(/accept-encoding/i)
    expect(small.body).toBe('brotli')
  })

  it('runs its own scripts only, and in no frame', async () => {
    const { app } = await serve()
    for (const url of ['/', '/assets/index-abc.js']) {
      const policy = String((await app.inject(url)).headers['content-security-policy'])
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self';")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toMatch(/unsafe|http|\*/)
    }
  })

  it('knows what it has not, and nothing outside its folder', async () => {
    const { port } = await serve()
    for (const path of [
      '/assets',
      '/assets/',
      '/assets/nothing.js',
      '/assets/../../secret.txt',
      '/assets/..%2f..%2fsecret.txt',
      '/assets/%2e%2e/%2e%2e/secret.txt',
      '/assets/..%5c..%5csecret.txt',
      '/index.html',
      '/anything',
    ]) {
      const { status, body } = await send(port, 'GET', path)
      expect([path, status, body]).toEqual([path, 404, UNKNOWN])
    }
  })

  it('takes no other method', async () => {
    const { app } = await serve()
    const answer = await app.inject({ method: 'POST', url: '/' })
    expect(answer.statusCode).toBe(405)
    expect(answer.headers['allow']).toBe('GET, HEAD, OPTIONS')
  })

  it('is as unknown as ever with page off, which a reload may change', async () => {
    const { app, settings } = await serve({ isPageOn: false })
    for (const method of ['GET', 'POST'] as const) {
      const answer = await app.inject({ method, url: '/' })
      expect([answer.statusCode, answer.body]).toEqual([404, UNKNOWN])
    }
    expect((await app.inject('/assets/index-abc.js')).statusCode).toBe(404)
    settings.isPageOn = true
    expect((await app.inject('/')).statusCode).toBe(200)
  })

  it('is unknown where it was not built, and the log says why', async () => {
    const { app, log } = buildTestServer({ isPageOn: true }, {}, { pageRoot: join(tempFolder(), 'nothing') })
    expect((await app.inject('/')).statusCode).toBe(404)
    expect((await app.inject({ method: 'POST', url: '/' })).statusCode).toBe(404)
    expect(JSON.stringify(log.lines)).toContain('npm run build:page')
  })

  it('is counted by one name, and never written to the access log', async () => {
    const { app, observed, access } = await serve()
    for (const url of ['/', '/assets/index-abc.js']) await app.inject(url)
    expect(observed.map(({ route }) => route)).toEqual(['/', '/'])
    expect(access).toEqual([])
  })
})
