import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { backoffMs } from '../../../src/webhooks/backoff.ts'
import { systemResolve } from '../../../src/webhooks/resolve.ts'
import { retryAfterMs } from '../../../src/webhooks/retry-after.ts'
import { Slots } from '../../../src/webhooks/slots.ts'

// A loaded machine may be slow; nothing here depends on how slow.
vi.setConfig({ testTimeout: 60_000 })

describe('the wait after failures', () => {
  it('doubles from 5 s to 15 min, and is up to a fifth shorter', () => {
    const least = () => 1 - Number.EPSILON
    expect([1, 2, 3, 8, 9, 1000].map(attempt => backoffMs(attempt, () => 0))).toEqual(
      [5, 10, 20, 640, 900, 900].map(s => s * 1000),
    )
    expect([1, 2, 9].map(attempt => backoffMs(attempt, least))).toEqual([4000, 8000, 720_000])
    expect(new Set(Array.from({ length: 50 }, () => backoffMs(9))).size).toBeGreaterThan(10)
  })

  it('is what Retry-After says, in seconds or as a date, within an hour', () => {
    const nowMs = Date.UTC(2026, 0, 31, 12)
    const cases: [string | undefined, number | undefined][] = [
      [undefined, undefined],
      ['', undefined],
      ['soon', undefined],
      ['-5', undefined],
      ['0', 0],
      ['1.5', undefined],
      ['30', 30_000],
      [' 30 ', 30_000],
      ['3601', 3_600_000],
      ['999999999999999999999', 3_600_000],
      ['Sat, 31 Jan 2026 12:00:07 GMT', 7000],
      ['Sat, 31 Jan 2026 11:00:00 GMT', 0],
      ['Sun, 31 Jan 2027 11:00:00 GMT', 3_600_000],
    ]
    expect(cases.map(([text]) => [text, retryAfterMs(text, nowMs)])).toEqual(cases)
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        const waitMs = retryAfterMs(text, nowMs) ?? 0
        expect(waitMs >= 0 && waitMs <= 3_600_000).toBe(true)
      }),
    )
  })
})

describe('slots', () => {
  it('are never more than there are, and nobody is overtaken or forgotten', async () => {
    const step = fc.record({ isCancelled: fc.boolean(), isReleasedTwice: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(step, { maxLength: 20 }),
        async (count, steps) => {
          const slots = new Slots(count)
          const order: number[] = []
          let [held, most] = [0, 0]
          const takers = steps.map(async ({ isCancelled, isReleasedTwice }, index) => {
            const abort = new AbortController()
            const taken = slots.take(abort.signal)
            if (isCancelled) abort.abort()
            const release = await taken
            if (release === undefined) return expect(isCancelled).toBe(true)
            order.push(index)
            held += 1
            most = Math.max(most, held)
            await new Promise(resolve => setImmediate(resolve))
            held -= 1
            release()
            if (isReleasedTwice) release()
          })
          await Promise.all(takers)
          expect(most).toBeLessThanOrEqual(count)
          expect(order).toEqual([...order].sort((a, b) => a - b))
          const lasting = steps.map((_, i) => i).filter(i => steps[i]?.isCancelled === false)
          expect(lasting.every(i => order.includes(i))).toBe(true)
          // All are free again.
          const all = await Promise.all(Array.from({ length: count }, () => slots.take()))
          expect(all.every(release => release !== undefined)).toBe(true)
        },
      ),
    )
  })
})

it('the system knows its own name', async () => {
  const found = await systemResolve('localhost', new AbortController().signal)
  expect(found.map(({ address }) => address).filter(each => !['127.0.0.1', '::1'].includes(each))).toEqual([])
  expect(found.length).toBeGreaterThan(0)
  await expect(systemResolve('localhost', AbortSignal.abort())).rejects.toThrow(/nobody waits/)
})
