import { writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Child } from '../support/child.ts'
import { freeTcpPort } from '../support/ports.ts'
import { Pty } from '../support/pty.ts'
import { type Server, startServer } from '../support/server.ts'
import { play, publish } from '../support/srt-peers.ts'
import { ROOT } from '../support/tools.ts'
import { until } from '../support/wait.ts'

const MAIN = join(ROOT, 'dist/sls.mjs')
const ENTER = '\u001b[?1049h'
const LEAVE = '\u001b[?1049l'
const SHOW_CURSOR = '\u001b[?25h'

/** `sls` with the server's conf and a file with its admin key. */
function commandLine(server: Server) {
  const keyFile = join(server.folder, 'key')
  writeFileSync(keyFile, `${server.adminKey}\n`)
  const words = (...args: string[]) => ['-c', server.confFile, ...args, '--key-file', keyFile]
  return { words, run: (...args: string[]) => server.cli(...words(...args)) }
}

/** A server with a stream called live (published as a secret) and one player. */
async function liveServer() {
  const server = await startServer()
  await server.addStream('secret-studio', 'live')
  const source = publish({ port: server.ports.publisher, streamId: 'secret-studio', rateKbps: 2000 })
  await source.waitFor('connected')
  await server.untilLive('live')
  const viewer = play({ port: server.ports.player, streamId: 'live' })
  await viewer.waitFor('progress', 20_000, event => event.messages > 50)
  return { server, ...commandLine(server) }
}

function topIn(server: Server, columns = 120, rows = 20, ...more: string[]): Pty {
  const words = [process.execPath, MAIN, ...commandLine(server).words('top', '--interval', '1', ...more)]
  return new Pty(words, { columns, rows })
}

describe('sls status', () => {
  it('shows what is live, and who was refused; 0 while all is well', { timeout: 120_000 }, async () => {
    const { server, run } = await liveServer()
    const stranger = publish({ port: server.ports.publisher, streamId: 'nobody' })
    await stranger.waitFor('refused')
    const answer = () => run('status')
    const isCounted = async () => (await answer()).stdout.includes('unknown-stream-id 1')
    await until(isCounted, { deadlineMs: 20_000, what: 'the refusal to be counted', everyMs: 200 })
    const { code, stdout } = await answer()
    expect(code).toBe(0)
    expect(stdout).toContain(`at ${server.url}`)
    expect(stdout).toMatch(/^Up for 0:\d\d, since .*Z; ready$/m)
    expect(stdout).toMatch(/^Streams live: 1, players: 1, in \d.* Mbit\/s, out /m)
    expect(stdout).toMatch(/^live +\d\S* Mbit\/s +1 /m)
    expect(stdout).toContain('Refused in the last hour: 1 (unknown-stream-id 1)')
    expect(stdout).toMatch(/^Alerts: none$/m)
    expect(stdout).not.toContain('secret-studio')
    expect(stdout).not.toContain('\u001b')
  })

  it('ends with 2 when an alert is raised', async () => {
    const server = await startServer()
    await server.addStream('studio', 'live')
    const rule = { name: 'Gone', kind: 'offline', player: 'live', for_s: 1 }
    expect((await server.api('POST', '/api/alert-rules', rule)).status).toBe(200)
    const { run } = commandLine(server)
    const isRaised = async () => (await run('status')).code === 2
    await until(isRaised, { deadlineMs: 20_000, what: 'the alert', everyMs: 200 })
    expect((await run('status')).stdout).toMatch(/^offline +live .*Gone$/m)
  })

  it('says what is wrong, and never takes a key from the command line', { timeout: 120_000 }, async () => {
    const server = await startServer()
    const cli = (...args: string[]) => server.cli('status', '--url', server.url, ...args)
    const none = await cli()
    expect([none.code, none.stderr]).toEqual([77, expect.stringContaining('an API key is needed')])
    const wrong = join(server.folder, 'wrong')
    writeFileSync(wrong, 'x'.repeat(32))
    const refused = await cli('--key-file', wrong)
    expect([refused.code, refused.stderr]).toEqual([77, expect.stringContaining('Invalid API key')])
    for (const words of [['--key', server.adminKey], ['--key']]) {
      const { code, stderr } = await cli(...words)
      expect([code, stderr]).toEqual([64, expect.stringContaining('SLS_KEY')])
      expect(stderr).not.toContain(server.adminKey)
    }
    const nowhere = await server.cli(
      'top',
      '--key-file',
      wrong,
      '--url',
      `http://127.0.0.1:${await freeTcpPort()}`,
    )
    expect([nowhere.code, nowhere.stderr]).toEqual([1, expect.stringContaining('nobody listens there')])
  })
})

describe('sls top', () => {
  it('prints one table where there is no terminal', { timeout: 120_000 }, async () => {
    const { run } = await liveServer()
    for (const words of [['top'], ['top', '--once']]) {
      const { code, stdout } = await run(...words)
      expect(code).toBe(0)
      expect(stdout).toMatch(/^live +publisher +\d/m)
      expect(stdout).toMatch(/^live +player +\d/m)
      expect(stdout).not.toContain('secret-studio')
      expect(stdout).not.toContain('\u001b')
    }
  })

  it('is a screen that obeys keys and its size, and gives the terminal back', {
    timeout: 120_000,
  }, async () => {
    const { server } = await liveServer()
    const pty = topIn(server)
    await pty.shows(/live +publisher +\d\S* Mbit\/s/)
    await pty.shows(/live +player/)
    expect(pty.screen).not.toContain('secret-studio')
    pty.press('p')
    await pty.shows('publishers by bitrate')
    expect(pty.screen).not.toMatch(/live +player/)
    pty.press('P')
    await pty.shows('players by bitrate')
    pty.press('Ps')
    await pty.shows('all by rtt')
    pty.resize(50, 12)
    const fits = () =>
      pty.screen.includes('STREAM') && pty.screen.split('\n').every(line => line.length <= 50)
    await until(fits, { deadlineMs: 20_000, what: 'a frame that fits' })
    // It goes on looking.
    const uptimes = new Set<string>()
    const hasMoved = () => uptimes.add(/up (\d+:\d\d)/.exec(pty.screen)?.[1] ?? '').size > 2
    await until(hasMoved, { deadlineMs: 20_000, what: 'the screen to be refreshed' })
    expect(pty.output.split(ENTER)).toHaveLength(2)
    pty.press('q')
    expect(await pty.ended()).toBe(0)
    expectRestored(pty)
  })

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const)('gives the terminal back on %s', async (signal, code) => {
    const server = await startServer()
    const pty = topIn(server)
    await pty.shows('0 publishers')
    pty.signal(signal)
    expect(await pty.ended()).toBe(code)
    expectRestored(pty)
  })

  it('stays when the server goes, and says so', { timeout: 120_000 }, async () => {
    const server = await startServer()
    const pty = topIn(server)
    await pty.shows('0 publishers')
    await server.stop()
    await pty.shows('nobody listens there')
    pty.press('\u0003')
    expect(await pty.ended()).toBe(0)
    expectRestored(pty)
  })

  it('asks for the key without an echo', async () => {
    const server = await startServer()
    const words = [process.execPath, MAIN, 'status', '--url', server.url]
    const { SLS_KEY: _, ...env } = process.env
    const pty = new Pty(words, { columns: 100, rows: 20, env })
    await until(() => pty.output.includes('API key: '), { deadlineMs: 20_000, what: 'the question' })
    pty.press(`x\u007f${server.adminKey}\r`)
    expect(await pty.ended()).toBe(0)
    expect(pty.output).toContain('Streams live: 0')
    expect(pty.output).not.toContain(server.adminKey)
    expect(pty.field('after')).toBe(pty.field('before'))
  })
})

const EVENTS = [3, 2, 1].map(id => ({
  ...{ id, type: 'publish', at: `2026-11-21T09:00:0${id}.000Z`, player: null, players: ['live'] },
  ...{ session_id: id, data: { publisher: 'stud…', latency_ms: 1000 } },
}))

/** Speaks as GET /api/events does; the stream tells of one more event, and ends. */
async function eventServer() {
  const asked: string[] = []
  const http = createHttpServer(({ url, headers }, response) => {
    const isStream = headers.accept === 'text/event-stream'
    asked.push(`${isStream ? `stream after ${headers['last-event-id']}` : 'list'} ${url}`)
    if (!isStream) {
      response.end(JSON.stringify({ data: EVENTS, next_cursor: null, status: 'success' }))
      return
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const event = { ...EVENTS[0], id: 4, type: 'unpublish' }
    response.write(`retry: 500\n\n: hello\n\nid: 4\nevent: unpublish\ndata: ${JSON.stringify(event)}\n\n`)
  })
  await new Promise<void>(resolve => http.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    http.closeAllConnections()
    http.close()
  })
  const address = http.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { url: `http://127.0.0.1:${address.port}`, asked }
}

describe('sls logs', { timeout: 120_000 }, () => {
  const logs = (url: string, ...args: string[]) => {
    const env = { ...process.env, SLS_KEY: 'a-key' }
    return new Child(process.execPath, [MAIN, 'logs', '--url', url, ...args], { env })
  }

  it('prints past events, the oldest first', async () => {
    const { url, asked } = await eventServer()
    const child = logs(url, '-n', '2', '--types', 'publish,play', '--player', 'live')
    expect(await child.exited).toMatchObject({ code: 0 })
    expect(child.stdout).toBe(
      '2026-11-21 09:00:02Z  publish            live  publisher=stud…  latency_ms=1000\n' +
        '2026-11-21 09:00:03Z  publish            live  publisher=stud…  latency_ms=1000\n',
    )
    expect(asked).toEqual(['list /api/events?types=publish%2Cplay&player=live&limit=2'])
    const wrong = logs(url, '--types', 'publish,nonsense')
    expect(await wrong.exited).toMatchObject({ code: 64 })
    expect(wrong.stderr).toContain("There is no type 'nonsense'")
  })

  it('goes on with what happens, from where the list ended', async () => {
    const { url, asked } = await eventServer()
    const child = logs(url, '-f', '--json', '-n', '1')
    await until(() => child.stdout.split('\n').length === 3, { deadlineMs: 30_000, what: 'both events' })
    const ids = child.stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line).id)
    expect(ids).toEqual([3, 4])
    expect(asked).toEqual(['list /api/events?limit=1', 'stream after 3 /api/events'])
    expect(child.exitStatus).toBeUndefined()
  })
})

function expectRestored(pty: Pty): void {
  const leave = pty.output.lastIndexOf(LEAVE)
  expect(leave).toBeGreaterThan(pty.output.lastIndexOf(ENTER))
  expect(pty.output.lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(pty.output.lastIndexOf('\u001b[?25l'))
  expect(pty.output.lastIndexOf('\u001b[?7h')).toBeGreaterThan(pty.output.lastIndexOf('\u001b[?7l'))
  expect(pty.field('after')).toBe(pty.field('before'))
}
