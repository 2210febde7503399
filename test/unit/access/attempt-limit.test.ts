import { describe, expect, it } from 'vitest'
import { FailedAttempts } from '../../../src/access/attempt-limit.ts'

function setUp() {
  const clock = { atMs: 1000, monotonicMs: () => clock.atMs }
  const attempts = new FailedAttempts(clock)
  /** The delay of each of `count` failures, none of which waits when the next comes. */
  const delays = (address: string, count: number) =>
    Array.from({ length: count }, () => {
      const verdict = attempts.note(address)
      if (verdict.verdict === 'later') verdict.done()
      return verdict.verdict === 'later' ? verdict.delayMs : verdict.verdict
    })
  return { clock, attempts, delays }
}

describe('FailedAttempts', () => {
  it('lets five pass and then doubles the delay up to ten seconds', () => {
    const { delays } = setUp()
    expect(delays('a', 5)).toEqual(['now', 'now', 'now', 'now', 'now'])
    expect(delays('a', 8)).toEqual([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000])
    expect(delays('b', 1)).toEqual(['now'])
  })

  it('begins anew ten minutes after the last failure, not the first', () => {
    const { clock, delays } = setUp()
    delays('a', 6)
    clock.atMs += 599_999
    expect(delays('a', 1)).toEqual([500])
    clock.atMs += 600_000
    expect(delays('a', 1)).toEqual(['now'])
  })

  it('lets four answers of an address wait, and says when another may come', () => {
    const { attempts, delays } = setUp()
    delays('a', 5)
    const waiting = Array.from({ length: 4 }, () => attempts.note('a'))
    expect(waiting.map(each => each.verdict)).toEqual(['later', 'later', 'later', 'later'])
    expect(attempts.note('a')).toEqual({ verdict: 'refuse', retryAfterS: 2 })
    expect(attempts.note('b').verdict).toBe('now')
    const [first] = waiting
    if (first?.verdict !== 'later') throw new Error('it does not wait')
    first.done()
    first.done()
    expect(attempts.note('a').verdict).toBe('later')
    expect(attempts.note('a').verdict).toBe('refuse')
  })

  it('remembers a bounded number of addresses, the latest', () => {
    const { delays } = setUp()
    delays('first', 6)
    for (let n = 0; n < 50_000; n += 1) delays(`n${n}`, 1)
    expect(delays('first', 1)).toEqual(['now'])
    expect(delays('n49999', 5)).toEqual(['now', 'now', 'now', 'now', 250])
  })
})
