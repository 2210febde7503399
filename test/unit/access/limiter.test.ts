import { describe, expect, it, vi } from 'vitest'
import { Limiter } from '../../../src/access/limiter.ts'
import { SerialQueue } from '../../../src/access/serial-queue.ts'

// A loaded machine may be slow; nothing here depends on how slow.
vi.setConfig({ testTimeout: 60_000 })

/** A task that ends when told. */
function task() {
  let end: () => void = () => {}
  const ended = new Promise<void>(resolve => {
    end = resolve
  })
  const started = { count: 0 }
  const run = () => {
    started.count += 1
    return ended
  }
  return { run, end, started }
}

describe('Limiter', () => {
  it('runs so many, lets so many wait and turns the others away', async () => {
    const limiter = new Limiter(2, 1)
    const tasks = Array.from({ length: 4 }, task)
    expect(tasks.map(({ run }) => limiter.tryRun(run))).toEqual([true, true, true, false])
    expect(tasks.map(({ started }) => started.count)).toEqual([1, 1, 0, 0])
    expect(limiter.count).toBe(3)
    for (const { end } of tasks) end()
    await limiter.idle(60_000)
    expect(limiter.count).toBe(0)
    expect(tasks.map(({ started }) => started.count)).toEqual([1, 1, 1, 0])
  })

  it('waits for idleness no longer than asked', async () => {
    const limiter = new Limiter(1, 1)
    const { run, end } = task()
    await limiter.idle(60_000)
    limiter.tryRun(run)
    await limiter.idle(5)
    expect(limiter.count).toBe(1)
    end()
    await limiter.idle(60_000)
    expect(limiter.count).toBe(0)
  })
})

describe('SerialQueue', () => {
  it('runs one after the other, whatever happens to one of them', async () => {
    const queue = new SerialQueue()
    const seen: string[] = []
    const step = (name: string, fails = false) =>
      queue.run(async () => {
        seen.push(`${name} begins`)
        await new Promise(resolve => setImmediate(resolve))
        seen.push(`${name} ends`)
        if (fails) throw new Error(name)
        return name
      })
    const results = await Promise.allSettled([step('a'), step('b', true), step('c')])
    expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
    expect(results.map(result => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })
})
