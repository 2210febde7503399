import { PassThrough, type Readable } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { AppError } from '../../../src/lib/errors.ts'
import { Previews, type PreviewWish } from '../../../src/streams/previews.ts'
import { MemoryLog, TestClock } from '../../support/build.ts'
import { until } from '../../support/wait.ts'

const HOUR_MS = 3_600_000

function build() {
  const clock = new TestClock()
  const taps: PassThrough[] = []
  const state = { refusal: undefined as AppError | undefined }
  const tap = () => {
    if (state.refusal !== undefined) throw state.refusal
    const made = new PassThrough()
    taps.push(made)
    return made
  }
  const previews = new Previews({ taps: { tap }, clock, log: new MemoryLog().logger })
  const open = (wish: Partial<PreviewWish> = {}) =>
    previews.open({ streamKey: 'cam', viewer: 'key 1', isAllowed: () => true, ...wish })
  return { clock, taps, state, previews, open }
}

const codeOf = (call: () => unknown) => {
  try {
    call()
  } catch (error) {
    return error instanceof AppError ? error.code : error
  }
  return undefined
}

async function text(stream: Readable): Promise<string> {
  let all = ''
  for await (const chunk of stream) all += String(chunk)
  return all
}

const gone = (previews: Previews, count: number) =>
  until(() => previews.count === count, { deadlineMs: 10_000, what: `${count} previews` })

describe('previews', () => {
  let world: ReturnType<typeof build> | undefined
  const start = () => {
    world = build()
    return world
  }
  afterEach(() => world?.previews.endAll())

  it('hand on what the tap brings, to its end', async () => {
    const { taps, open, previews } = start()
    const out = open()
    taps[0]?.write('one ')
    taps[0]?.end('two')
    expect(await text(out)).toBe('one two')
    await gone(previews, 0)
  })

  it('end properly when a tap breaks', async () => {
    const { taps, open, previews } = start()
    const out = open()
    taps[0]?.write('one')
    await until(() => out.readableLength > 0, { deadlineMs: 10_000, what: 'the first bytes' })
    taps[0]?.destroy(new Error('broken'))
    expect(await text(out)).toBe('one')
    await gone(previews, 0)
  })

  it('close their tap when the reader goes', async () => {
    const { taps, open, previews } = start()
    open().destroy()
    await gone(previews, 0)
    expect(taps[0]?.destroyed).toBe(true)
  })

  it('hold no more than a little for a reader that takes nothing', async () => {
    const { taps, open } = start()
    open()
    const [tap] = taps
    let written = 0
    while (tap?.write(Buffer.alloc(1316))) {
      written += 1316
      await new Promise(resolve => setImmediate(resolve))
    }
    expect(written).toBeGreaterThan(1316)
    expect(written).toBeLessThan(512 * 1024)
  })

  it('are eight of a viewer, and 64 of all', async () => {
    const { open, previews } = start()
    const first = Array.from({ length: 8 }, () => open())
    expect(codeOf(() => open())).toBe('PREVIEW_LIMIT')
    first[0]?.destroy()
    await gone(previews, 7)
    open()
    for (let i = 8; i < 64; i += 1) open({ viewer: `key ${Math.floor(i / 8) + 1}` })
    expect(previews.count).toBe(64)
    expect(codeOf(() => open({ viewer: 'somebody else' }))).toBe('PREVIEW_LIMIT')
  })

  it('count nothing that the engine refuses, and call its limit theirs', () => {
    const { open, previews, state } = start()
    state.refusal = new AppError('STREAM_NOT_LIVE', 'not live')
    expect(codeOf(() => open())).toBe('STREAM_NOT_LIVE')
    state.refusal = new AppError('TAP_LIMIT', 'too many')
    expect(codeOf(() => open())).toBe('PREVIEW_LIMIT')
    expect(previews.count).toBe(0)
  })

  it('end when they are not allowed any more, and only those', async () => {
    const { open, previews, taps } = start()
    let isAllowed = true
    const out = open({ isAllowed: () => isAllowed })
    open()
    previews.check()
    expect(taps.map(({ destroyed }) => destroyed)).toEqual([false, false])
    isAllowed = false
    previews.check()
    expect(taps.map(({ destroyed }) => destroyed)).toEqual([true, false])
    expect(await text(out)).toBe('')
    await gone(previews, 1)
  })

  it('end after an hour', () => {
    const { clock, open, previews, taps } = start()
    open()
    clock.advance(HOUR_MS - 1)
    previews.check()
    expect(taps[0]?.destroyed).toBe(false)
    clock.advance(1)
    previews.check()
    expect(taps[0]?.destroyed).toBe(true)
  })

  it('end with the server, also for a reader that is stuck', async () => {
    const { open, previews, taps } = start()
    const out = open()
    taps[0]?.write(Buffer.alloc(8192))
    previews.endAll()
    expect(codeOf(() => open())).toBe('DRAINING')
    // Nobody has read: it is cut off after its farewell.
    await gone(previews, 0)
    expect(out.destroyed).toBe(true)
  })
})
