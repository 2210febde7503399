import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { endWithTest } from '../support/end-with-test.ts'
import { probe, publishWithFfmpeg } from '../support/ffmpeg.ts'
import { gapsOf, readMessages } from '../support/peer-messages.ts'
import type { Server } from '../support/server.ts'
import { play, publish } from '../support/srt-peers.ts'
import { serverOn, TRANSPORTS } from '../support/transports.ts'
import { analyseTs } from '../support/ts-stream.ts'
import { until } from '../support/wait.ts'

const folder = mkdtempSync(join(tmpdir(), 'sls-preview-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const PATIENCE = { deadlineMs: 30_000 }
/** Of buffers that readers who take nothing fill; what the program has for itself moves by less. */
const MOST_GROWTH_KIB = 80 * 1024

/** A preview that is read as it comes. */
class Watcher {
  readonly response: Response
  readonly #chunks: Uint8Array[] = []
  length = 0
  /** 'end' = properly; else the error. */
  end: unknown
  readonly #abort: AbortController

  private constructor(response: Response, abort: AbortController) {
    this.response = response
    this.#abort = abort
    this.#read().then(
      () => {
        this.end = 'end'
      },
      error => {
        this.end = error
      },
    )
  }

  static async open(server: Server, key: string, player = 'view'): Promise<Watcher> {
    const abort = new AbortController()
    endWithTest(() => abort.abort())
    const headers = { authorization: `Bearer ${key}` }
    const response = await fetch(`${server.url}/api/preview/${player}`, { headers, signal: abort.signal })
    return new Watcher(response, abort)
  }

  async #read(): Promise<void> {
    for await (const chunk of this.response.body ?? []) {
      this.#chunks.push(chunk)
      this.length += chunk.length
    }
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks)
  }

  until(what: string, condition: (watcher: this) => unknown): Promise<unknown> {
    return until(() => condition(this), { ...PATIENCE, what })
  }

  leave(): void {
    this.#abort.abort()
  }
}

/** A publisher that the relay knows of. */
async function publishTo(server: Server, options: Partial<Parameters<typeof publish>[0]> = {}) {
  const source = publish({ port: server.ports.publisher, streamId: 'studio', rateKbps: 2000, ...options })
  await source.waitFor('connected')
  await until(async () => (await server.api('HEAD', '/api/preview/view')).status === 200, {
    ...PATIENCE,
    what: 'a live stream',
  })
  return source
}

async function newKey(server: Server): Promise<string> {
  const { body } = await server.api('POST', '/api/keys', { name: 'viewer', permissions: 'read' })
  const key = /"api_key":"([^"]+)"|"key":"([^"]+)"/.exec(JSON.stringify(body))
  return key?.[1] ?? key?.[2] ?? ''
}

/** Asks, and takes nothing of the answer. */
function openStuck(server: Server, key: string): Socket {
  const socket = connect(server.ports.http, '127.0.0.1')
  socket.write(`GET /api/preview/view HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\n\r\n`)
  socket.pause()
  socket.on('error', () => undefined)
  endWithTest(() => void socket.destroy())
  return socket
}

const residentKib = ({ child }: Server) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1])

describe.each(TRANSPORTS)('a preview, %s', transport => {
  const startServer = serverOn(transport)

  it('is a picture and a tone', async () => {
    const server = await startServer()
    await server.addStream('studio', 'view')
    const path = '/api/preview/view'
    expect((await server.api('HEAD', path)).status).toBe(409)
    expect((await server.api('GET', path)).status).toBe(409)
    const encoder = publishWithFfmpeg({ port: server.ports.publisher, streamId: 'studio' })
    await until(async () => (await server.api('HEAD', path)).status === 200, {
      ...PATIENCE,
      what: 'a live stream',
    })
    const watcher = await Watcher.open(server, server.adminKey)
    expect(watcher.response.headers.get('content-type')).toBe('video/mp2t')
    await watcher.until('some seconds', ({ length }) => length > 300_000)
    watcher.leave()
    const file = join(folder, `${transport}.ts`)
    writeFileSync(file, watcher.bytes.subarray(0, watcher.bytes.length - (watcher.bytes.length % 188)))
    expect((await probe(file)).map(({ codec_name }) => codec_name).sort()).toEqual(['aac', 'h264'])
    expect(analyseTs(readFileSync(file))).toMatchObject({ syncLosses: 0, junkBytes: 0, continuityErrors: 0 })
    // One row, as of any other request.
    await until(
      async () => {
        const { body } = await server.api('GET', '/api/access-logs?path=/api/preview&method=GET')
        return JSON.stringify(body).split('"/api/preview/view"').length === 3
      },
      { ...PATIENCE, what: 'the log of the 409 and of the 200' },
    )
    await encoder.stop()
  })

  it('is of no weight to players, twenty times and with readers that take nothing', async () => {
    const server = await startServer()
    await server.addStream('studio', 'view')
    const { player } = server.ports
    const source = await publishTo(server, { rateKbps: 6000 })
    const players = play({ port: player, streamId: 'view', connections: 10 })
    await players.waitFor('progress', 15_000, event => event.messages > 100)
    const keys = [await newKey(server), await newKey(server), await newKey(server)]
    const watchers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => Watcher.open(server, keys[i % 3] ?? '')),
    )
    expect(watchers.map(({ response }) => response.status)).toEqual(Array(20).fill(200))
    await Promise.all(watchers.map(each => each.until('a megabyte', ({ length }) => length > 1_000_000)))
    for (const each of watchers) expect(gapsOf(readMessages(each.bytes).messages)).toBe(0)
    for (const each of watchers) each.leave()

    const before = residentKib(server)
    const played = () =>
      Math.max(...players.events.map(event => (event.event === 'progress' ? event.messages : 0)))
    for (let i = 0; i < 8; i += 1) openStuck(server, keys[0] ?? '')
    const since = played()
    // Ten players, 570 messages a second each: about ten seconds.
    await players.waitFor('progress', 60_000, ({ messages }) => messages > since + 57_000)
    expect(residentKib(server) - before).toBeLessThan(MOST_GROWTH_KIB)
    expect(await players.finish()).toMatchObject({ broken: 0, corrupt: 0, gaps: 0, duplicates: 0 })
    await source.stop()
  })

  it('of garbage is that garbage', async () => {
    const server = await startServer()
    await server.addStream('studio', 'view')
    const source = await publishTo(server, { payloadBytes: '44-1456' })
    const watcher = await Watcher.open(server, server.adminKey)
    await watcher.until('some of it', ({ length }) => length > 200_000)
    expect(gapsOf(readMessages(watcher.bytes).messages)).toBe(0)
    await source.stop()
  })

  it('ends with its publisher, when that does not come back', async () => {
    const server = await startServer({ server: { publisher_exit_delay: 2 } })
    await server.addStream('studio', 'view')
    const first = await publishTo(server)
    const watcher = await Watcher.open(server, server.adminKey)
    await watcher.until('the first', ({ length }) => length > 0)
    await first.stop()
    const second = await publishTo(server)
    const sessions = () => new Set(readMessages(watcher.bytes).messages.map(({ session }) => session)).size
    await watcher.until('the second', () => sessions() === 2)
    await second.stop()
    await watcher.until('the end', ({ end }) => end !== undefined)
    expect(watcher.end).toBe('end')
  })

  it('does not hold up the shutdown, nor a reader that takes nothing', async () => {
    const server = await startServer()
    await server.addStream('studio', 'view')
    const source = await publishTo(server, { rateKbps: 8000 })
    const watcher = await Watcher.open(server, server.adminKey)
    const stuck = openStuck(server, server.adminKey)
    await watcher.until('a few megabytes', ({ length }) => length > 4_000_000)
    const { code } = await server.stop()
    expect([code, code === 0 ? '' : server.child.output.slice(-3000)]).toEqual([0, ''])
    await watcher.until('its end', ({ end }) => end !== undefined)
    expect(watcher.end).toBe('end')
    expect(stuck.bytesWritten).toBeGreaterThan(0)
    await source.stop()
  })
})
