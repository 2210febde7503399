import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bucketStore, TokenBuckets } from '../../src/http/token-bucket.ts'
import { TestClock } from '../support/memory.ts'

const MINUTE_MS = 60_000

/** Counts requests as the limits do, without HTTP. */
function counter(rate: number, burst = 0) {
  const clock = new TestClock()
  const buckets = new TokenBuckets(clock)
  const budget = { rate, burst }
  const count = (identity = 'a') => {
    const size = budget.rate + budget.burst
    let result = { current: 0, ttl: 0 }
    const windowMs = (MINUTE_MS * size) / budget.rate
    buckets.incr(identity, (_, answer = result) => (result = answer), windowMs, size)
    const retryMs = result.ttl - windowMs + windowMs / size
    return { passes: result.current <= size, left: size - result.current, fullMs: result.ttl, retryMs }
  }
  const pass = (most = 10_000) => {
    for (let i = 0; i < most; i++) if (!count().passes) return i
    return most
  }
  return { clock, count, pass, budget }
}

describe('a bucket', () => {
  it('lets so many through at once, and then one each time the rate has made up for one', () => {
    const { clock, count, pass } = counter(30)
    expect(pass()).toBe(30)
    expect(count()).toMatchObject({ passes: false, retryMs: 2000, fullMs: MINUTE_MS })
    clock.advance(1999)
    expect(count()).toMatchObject({ passes: false, retryMs: 1 })
    clock.advance(1)
    expect(count()).toMatchObject({ passes: true, left: 0 })
    expect(count().passes).toBe(false)
    clock.advance(10_000)
    expect(pass()).toBe(5)
    clock.advance(3_600_000)
    expect(pass()).toBe(30)
  })

  it('takes a burst on top of the rate, and makes up for it at the rate', () => {
    const { clock, count, pass } = counter(60, 40)
    expect(pass()).toBe(100)
    clock.advance(1000)
    expect(pass()).toBe(1)
    expect(count()).toMatchObject({ passes: false, retryMs: 1000, fullMs: 100_000 })
    clock.advance(100_000)
    expect(pass()).toBe(100)
  })

  it('is not emptied by requests that are refused', () => {
    const { clock, count, pass } = counter(6)
    pass()
    for (let i = 0; i < 100; i++) {
      clock.advance(99)
      expect(count().passes).toBe(false)
    }
    clock.advance(100)
    expect(count().passes).toBe(true)
  })

  it('follows another rate and burst at once, up and down', () => {
    const { clock, count, pass, budget } = counter(2)
    expect(pass()).toBe(2)
    budget.rate = 10
    expect(pass()).toBe(8)
    budget.burst = 5
    expect(pass()).toBe(5)
    budget.burst = 0
    budget.rate = 2
    expect(count()).toMatchObject({ passes: false, retryMs: 30_000 })
    clock.advance(30_000)
    expect(pass()).toBe(1)
  })

  it('tells what is left, in whole requests', () => {
    const { clock, count } = counter(10)
    expect(count()).toMatchObject({ left: 9, fullMs: 6000 })
    expect(count().left).toBe(8)
    clock.advance(3000)
    expect(count().left).toBe(7)
    clock.advance(3000)
    expect(count().left).toBe(7)
  })

  it('never asks to wait for too short a time, and never for a second too long', () => {
    const rates = fc.integer({ min: 1, max: 100_000 })
    const pauses = fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 30 })
    fc.assert(
      fc.property(rates, fc.integer({ min: 0, max: 50 }), pauses, (rate, burst, waits) => {
        const { clock, count } = counter(rate, burst)
        for (const wait of waits) {
          clock.advance(wait)
          const { passes, retryMs } = count()
          if (passes) continue
          expect(retryMs).toBeLessThanOrEqual(MINUTE_MS / rate + 1e-6)
          clock.advance(Math.ceil(retryMs / 1000) * 1000)
          expect(count().passes).toBe(true)
        }
      }),
    )
  })

  it('gives out no more than the rate and the burst over any stretch of time', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 600 }),
        fc.integer({ min: 0, max: 20 }),
        fc.array(fc.integer({ min: 0, max: 2000 }), { minLength: 100, maxLength: 300 }),
        (rate, burst, waits) => {
          const { clock, count } = counter(rate, burst)
          let [passed, elapsedMs] = [0, 0]
          for (const wait of waits) {
            clock.advance(wait)
            elapsedMs += wait
            if (count().passes) passed += 1
            expect(passed).toBeLessThanOrEqual(rate + burst + (rate * elapsedMs) / MINUTE_MS + 0.001)
          }
        },
      ),
      { numRuns: 50 },
    )
  })

  it('is not moved by a clock that is set', () => {
    const { clock, count, pass } = counter(5)
    pass()
    clock.setWallClock(0)
    expect(count().passes).toBe(false)
    clock.setWallClock(Date.UTC(2100, 0))
    expect(count().passes).toBe(false)
  })
})

describe('many buckets', () => {
  it('are one for each identity', () => {
    const { count } = counter(1)
    expect(['a', 'b', 'a', 'b'].map(id => count(id).passes)).toEqual([true, true, false, false])
  })

  it('forget the least recently used of more than 50000', () => {
    const { count } = counter(1)
    for (let i = 0; i < 50_000; i++) count(`id ${i}`)
    expect(count('id 0').passes).toBe(false)
    count('one more')
    expect(count('id 0').passes).toBe(false)
    expect(count('id 2').passes).toBe(false)
    expect(count('id 1').passes).toBe(true)
  })

  it('of one category know nothing of another', () => {
    const store = new (bucketStore(new TestClock()))({})
    const [a, b] = [new TokenBuckets(new TestClock()), store]
    const current: number[] = []
    for (const one of [a, b, b])
      one.incr('x', (_, result) => current.push(result?.current ?? 0), MINUTE_MS, 5)
    expect(current).toEqual([1, 1, 2])
  })
})
