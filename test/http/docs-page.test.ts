import { describe, expect, it } from 'vitest'
import { buildTestServer } from '../support/build.ts'
import { listen, send } from './raw.ts'

const EXTERNAL = /(?:src|href)="(?:https?:)?\/\//

async function serve() {
  const { app } = buildTestServer()
  const port = await listen(app)
  return (path: string, method = 'GET') => send(port, method, path)
}

describe('/docs', () => {
  it.each(['/docs', '/docs/'])('%s is a page whose every asset is served from here', async path => {
    const get = await serve()
    const page = await get(path)
    expect(page.status).toBe(200)
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(page.body).not.toMatch(EXTERNAL)
    const assets = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(match => match[1] ?? '')
    expect(assets.length).toBeGreaterThanOrEqual(7)
    for (const asset of assets) {
      const { status, headers, body } = await get(new URL(asset, `http://x${path}`).pathname)
      expect([asset, status]).toEqual([asset, 200])
      expect(body.length).toBeGreaterThan(50)
      expect(headers['content-type']).toMatch(
        /^(text\/css|application\/javascript|text\/javascript|image\/png)/,
      )
      expect(headers['x-content-type-options']).toBe('nosniff')
    }
  })

  it('has the very document of /openapi.json', async () => {
    const get = await serve()
    const [own, shown] = [await get('/openapi.json'), await get('/docs/json')]
    expect(own.status).toBe(200)
    expect(own.headers['content-type']).toMatch(/^application\/json/)
    expect(JSON.parse(shown.body)).toEqual(JSON.parse(own.body))
  })

  it('lets the page do what it needs, with this server only', async () => {
    const get = await serve()
    for (const path of ['/docs', '/docs/static/swagger-ui-bundle.js', '/docs/json']) {
      const policy = String((await get(path)).headers['content-security-policy'])
      expect(policy).toContain("default-src 'none'; script-src 'self';")
      expect(policy).toContain("connect-src 'self';")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toMatch(/http|unsafe-eval|script-src[^;]*unsafe/)
    }
  })

  it('runs no script of the page itself', async () => {
    const get = await serve()
    expect((await get('/docs')).body).not.toMatch(/<script(?![^>]*src=)/)
  })

  it('knows what it has not', async () => {
    const get = await serve()
    for (const path of [
      '/docs/nothing',
      '/docs/static/nothing.js',
      '/docs/static/../../package.json',
      '/docs/static/..%2f..%2fpackage.json',
    ]) {
      const { status, headers, body } = await get(path)
      expect([path, status]).toEqual([path, 404])
      expect(headers['content-type']).toBe('application/json')
      expect(JSON.parse(body)).toEqual({ code: 'ROUTE_UNKNOWN', message: 'Not found', status: 'error' })
    }
    expect((await get('/docs', 'POST')).status).toBe(405)
    expect((await get('/docs', 'HEAD')).status).toBe(200)
  })

  it('is counted by one name, and never written to the access log', async () => {
    const { app, observed, access } = buildTestServer()
    for (const url of ['/docs', '/docs/static/index.css']) await app.inject(url)
    expect(observed.map(({ route }) => route)).toEqual(['/docs', '/docs'])
    expect(access).toEqual([])
  })
})
