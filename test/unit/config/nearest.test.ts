import { describe, expect, it } from 'vitest'
import { nearest } from '../../../src/config/nearest.ts'

const NAMES = ['log_file', 'log_level', 'latency_min', 'latency_max', 'backlog']

describe('nearest', () => {
  it.each([
    ['log_levle', 'log_level'],
    ['loglevel', 'log_level'],
    ['LOG-LEVEL', 'log_level'],
    ['latency_mni', 'latency_min'],
    ['latencymax', 'latency_max'],
    ['backlogs', 'backlog'],
    ['acklog', 'backlog'],
  ])('%s is %s', (word, expected) => expect(nearest(word, NAMES)).toBe(expected))

  it.each(['', 'x', 'database', 'app', 'x'.repeat(100_000)])('%j is none', word => {
    expect(nearest(word, NAMES)).toBeUndefined()
  })
})
