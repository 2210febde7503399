import { describe, expect, it } from 'vitest'
import { thresholdProblem, usualClearThreshold } from '../../../src/alerts/kinds.ts'

describe('the threshold at which an alert is over where none is given', () => {
  it.each([
    ['bitrate_below', 3000, 3300],
    ['rtt_above', 200, 180],
    ['loss_above', 2.5, 2.25],
    ['offline', 0, 0],
  ] as const)('%s %d: %d', (kind, threshold, clearThreshold) => {
    expect(usualClearThreshold(kind, threshold)).toBe(clearThreshold)
  })

  it.each([
    ['bitrate_below', 10_000_000],
    ['bitrate_below', 9_500_000],
    ['bitrate_below', 1],
    ['rtt_above', 60_000],
    ['rtt_above', 1],
    ['loss_above', 0.0006],
    ['loss_above', 0],
    ['loss_above', 100],
  ] as const)('is one that may be given: %s %d', (kind, threshold) => {
    const clearThreshold = usualClearThreshold(kind, threshold)
    expect(thresholdProblem({ kind, threshold, clearThreshold })).toBeUndefined()
    expect(clearThreshold).toBeLessThanOrEqual(10_000_000)
  })
})
