import { describe, expect, it } from 'vitest'
import { bitrate, bytes, duration, percent, plural, relative } from '../../../src/page/lib/format.ts'

describe('numbers for people', () => {
  it.each([
    [0, '0 kbit/s'],
    [999, '999 kbit/s'],
    [6012, '6.01 Mbit/s'],
    [12_345, '12.3 Mbit/s'],
  ])('%d kbit/s is %s', (kbps, text) => expect(bitrate(kbps)).toBe(text))

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [90_312_448, '90.3 MB'],
    [18e9, '18.0 GB'],
    [5e18, '5000.0 PB'],
  ])('%d bytes are %s', (count, text) => expect(bytes(count)).toBe(text))

  it.each([
    [-1, '0 s'],
    [59, '59 s'],
    [90, '1 min 30 s'],
    [4711, '1 h 18 min'],
    [200_000, '2 d 7 h'],
  ])('%d seconds are %s', (seconds, text) => expect(duration(seconds)).toBe(text))

  it('tells next to nothing from nothing', () => {
    expect(percent(0)).toBe('0 %')
    expect(percent(0.004)).toBe('< 0.01 %')
    expect(percent(1.5)).toBe('1.50 %')
  })

  it('says how long ago, and how soon', () => {
    expect(relative(1000, 1500)).toBe('just now')
    expect(relative(0, 180_000)).toBe('3 min ago')
    expect(relative(7_200_000, 0)).toBe('in 2 h')
  })

  it('counts', () => {
    expect(plural(1, 'player')).toBe('1 player')
    expect(plural(3000, 'player')).toBe('3\u202f000 players')
  })
})
