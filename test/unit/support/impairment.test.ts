import { describe, expect, it } from 'vitest'
import { Impairment, type ImpairmentOptions } from '../../support/impairment.ts'
import { seededRandom } from '../../support/random.ts'

const fates = (options: Partial<ImpairmentOptions>, count: number, seed = 7) => {
  const impairment = new Impairment(options, seededRandom(seed))
  return Array.from({ length: count }, () => impairment.next())
}

const lostOf = (all: number[][]) => all.filter(copies => copies.length === 0).length

describe('the seeded random numbers', () => {
  it('repeat with the seed and stay in range', () => {
    const [a, b, other] = [seededRandom(3), seededRandom(3), seededRandom(4)]
    const first = Array.from({ length: 1000 }, a)
    expect(Array.from({ length: 1000 }, b)).toEqual(first)
    expect(Array.from({ length: 1000 }, other)).not.toEqual(first)
    expect(first.every(number => number >= 0 && number < 1)).toBe(true)
    const mean = first.reduce((sum, number) => sum + number, 0) / first.length
    expect(mean).toBeGreaterThan(0.45)
    expect(mean).toBeLessThan(0.55)
  })
})

describe('an impairment', () => {
  it('leaves everything alone by default', () => {
    expect(fates({}, 100)).toEqual(Array.from({ length: 100 }, () => [0]))
  })

  it('loses about the share it is told, the same each time', () => {
    const all = fates({ lossPercent: 10 }, 10_000)
    expect(lostOf(all)).toBeGreaterThan(800)
    expect(lostOf(all)).toBeLessThan(1200)
    expect(fates({ lossPercent: 10 }, 10_000)).toEqual(all)
  })

  it('loses everything at 100 percent', () => {
    expect(lostOf(fates({ lossPercent: 100 }, 100))).toBe(100)
  })

  it('loses bursts of the given length', () => {
    const text = fates({ burstPercent: 1, burstDatagrams: 20 }, 10_000)
      .map(copies => (copies.length === 0 ? 'x' : '.'))
      .join('')
    const bursts = text.match(/x+/g) ?? []
    expect(bursts.length).toBeGreaterThan(20)
    // Two bursts may follow each other at once; the last may be cut off.
    expect(bursts.slice(0, -1).every(burst => burst.length % 20 === 0)).toBe(true)
  })

  it('delays by the delay and up to the jitter', () => {
    const delays = fates({ delayMs: 50, jitterMs: 10 }, 1000).flat()
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(50)
    expect(Math.max(...delays)).toBeLessThan(60)
    expect(new Set(delays).size).toBeGreaterThan(900)
  })

  it('duplicates about the share it is told', () => {
    const twice = fates({ duplicatePercent: 20 }, 10_000).filter(copies => copies.length === 2).length
    expect(twice).toBeGreaterThan(1700)
    expect(twice).toBeLessThan(2300)
  })

  it('changes from the next datagram on', () => {
    const impairment = new Impairment({ delayMs: 5 }, seededRandom(1))
    expect(impairment.next()).toEqual([5])
    impairment.change({ lossPercent: 100 })
    expect(impairment.next()).toEqual([])
    impairment.change({ lossPercent: 0 })
    expect(impairment.next()).toEqual([5])
  })
})
