import { describe, expect, it, vi } from 'vitest'
import { callHook } from '../../../src/access/webhook.ts'
import { splitPeer } from '../../../src/lib/peer-address.ts'
import { deadUrl, hookServer } from '../../fixtures/hook-server.ts'

// A loaded machine may be slow; nothing here depends on how slow.
vi.setConfig({ testTimeout: 60_000 })

const EVENT = { event: 'on_connect', role: 'publish', streamId: 'live', peer: '192.0.2.1:5000' } as const
const LONG_MS = 60_000

const ask = (url: string, timeoutMs = LONG_MS) => callHook({ url, timeoutMs }, EVENT)

describe('the answer', () => {
  it('200 admits', async () => {
    const { url } = await hookServer(response => response.end('fine'))
    expect(await ask(url)).toEqual({ isAdmitted: true })
  })

  it.each([201, 204, 206, 400, 401, 403, 404, 500, 503])('%i refuses', async status => {
    const { url } = await hookServer(response => response.writeHead(status).end())
    expect(await ask(url)).toEqual({ isAdmitted: false, reason: `on_event_url answered ${status}` })
  })

  it.each([301, 302, 303, 307, 308])('%i refuses and is not followed', async status => {
    const target = await hookServer(response => response.end())
    const { url } = await hookServer(response => response.writeHead(status, { location: target.url }).end())
    expect(await ask(url)).toEqual({ isAdmitted: false, reason: `on_event_url answered ${status}` })
    expect(target.requests).toEqual([])
  })

  it('none in time refuses', async () => {
    const { url, requests } = await hookServer(() => {})
    expect(await ask(url, 50)).toEqual({ isAdmitted: false, reason: 'on_event_url gave no answer in 50 ms' })
    expect(requests.length).toBeLessThanOrEqual(1)
  })

  it('no server refuses', async () => {
    expect(await ask(await deadUrl())).toEqual({
      isAdmitted: false,
      reason: 'on_event_url could not be asked: ECONNREFUSED',
    })
  })

  it('cut off refuses', async () => {
    const { url } = await hookServer((_, request) => request.socket.destroy())
    expect(await ask(url)).toMatchObject({
      isAdmitted: false,
      reason: expect.stringContaining('could not be asked'),
    })
  })

  it('does not wait for a body without end, and closes it', async () => {
    let closed: () => void = () => {}
    const isClosed = new Promise<void>(resolve => {
      closed = resolve
    })
    const { url } = await hookServer(response => {
      response.on('close', closed)
      response.writeHead(200)
      response.write('a')
    })
    expect(await ask(url)).toEqual({ isAdmitted: true })
    await isClosed
  })

  it.each(['not a url', 'ftp://127.0.0.1/', 'http://', 'http://user:hunter2@[bad/'])(
    'refuses for the URL %j',
    async url => {
      const answer = await ask(url)
      expect(answer).toMatchObject({ isAdmitted: false, reason: 'the URL of on_event_url is not valid' })
      expect(JSON.stringify(answer)).not.toContain('hunter2')
    },
  )
})

describe('the question', () => {
  const question = async (path: string, fields: Partial<Parameters<typeof callHook>[1]> = {}) => {
    const { url, requests } = await hookServer(response => response.end())
    await callHook({ url: `${url}${path}`, timeoutMs: LONG_MS }, { ...EVENT, ...fields })
    expect(requests).toHaveLength(1)
    return requests[0]
  }

  it('is a POST without a body', async () => {
    expect(await question('/hook')).toMatchObject({
      method: 'POST',
      url: '/hook?on_event=on_connect&role_name=publisher&srt_url=live&remote_ip=192.0.2.1&remote_port=5000',
      body: '',
      headers: { 'content-length': '0' },
    })
  })

  it.each([
    ['', '/?on_event'],
    ['/a?', '/a?on_event'],
    ['/a?token=x', '/a?token=x&on_event'],
    ['/a?token=x&', '/a?token=x&&on_event'],
    ['/a#part', '/a?on_event'],
  ])('goes behind %j', async (path, start) => {
    expect((await question(path))?.url).toMatch(new RegExp(`^${start.replace(/[?]/g, '\\?')}=on_connect&`))
  })

  it('encodes its values', async () => {
    const streamId = '#!::r=a b&on_event=x,m=+%25/配信?'
    const asked = await question('/h', {
      event: 'on_close',
      role: 'play',
      streamId,
      peer: '[2001:db8::1]:65535',
    })
    const { searchParams } = new URL(asked?.url ?? '', 'http://h')
    expect([...searchParams]).toEqual([
      ['on_event', 'on_close'],
      ['role_name', 'player'],
      ['srt_url', streamId],
      ['remote_ip', '2001:db8::1'],
      ['remote_port', '65535'],
    ])
    expect(asked?.url).not.toMatch(/\+(?!%)| /)
  })

  it('carries the credentials of the URL in a header', async () => {
    const { url, requests } = await hookServer(response => response.end())
    const withPassword = url.replace('http://', 'http://us%40er:p%25w@')
    expect(await ask(withPassword)).toEqual({ isAdmitted: true })
    const authorization = `Basic ${Buffer.from('us@er:p%w').toString('base64')}`
    expect(requests[0]).toMatchObject({
      headers: { authorization },
      url: expect.not.stringContaining('p%25w'),
    })
  })
})

it('takes peers apart', () => {
  expect(splitPeer('192.0.2.1:5000')).toEqual({ ip: '192.0.2.1', port: '5000' })
  expect(splitPeer('[::1]:4001')).toEqual({ ip: '::1', port: '4001' })
})
