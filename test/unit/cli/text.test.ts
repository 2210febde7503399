import { describe, expect, it } from 'vitest'
import { shownDuration, shownRate } from '../../../src/cli/terminal/amounts.ts'
import { tableLines } from '../../../src/cli/terminal/columns.ts'
import { paintFor } from '../../../src/cli/terminal/style.ts'
import { cut, fitted, harmless, widthIn } from '../../../src/cli/terminal/text.ts'

describe('texts of strangers', () => {
  it.each([
    ['plain text', 'plain text'],
    ['\u001b[2J\u001b]0;title\u0007', '\uFFFD[2J\uFFFD]0;title\uFFFD'],
    ['a\r\nb\tc\u0000', 'a\uFFFD\uFFFDb\uFFFDc\uFFFD'],
    ['\u009b31m', '\uFFFD31m'],
    ['abc\u202Ecba\u2066', 'abc\uFFFDcba\uFFFD'],
    ['\u200Bx\uFEFF', '\uFFFDx\uFFFD'],
    ['line\u2028break', 'line\uFFFDbreak'],
    ['\uD800', '\uFFFD'],
    ['žluťoučký 日本 🎥', 'žluťoučký 日本 🎥'],
  ])('%j cannot do anything to a terminal', (text, shown) => {
    expect(harmless(text)).toBe(shown)
  })

  it.each([
    ['', 0],
    ['abc', 3],
    ['日本', 4],
    ['e\u0301', 1],
    ['🎥x', 3],
    ['ｆｕｌｌ', 8],
    ['한글', 4],
    ['é…→', 3],
  ])('%j takes %i cells', (text, cells) => {
    expect(widthIn(text)).toBe(cells)
  })

  it.each([
    ['abcdef', 6, 'abcdef'],
    ['abcdef', 5, 'abcd…'],
    ['日本語', 6, '日本語'],
    ['日本語', 5, '日本…'],
    ['日本語', 4, '日…'],
    ['日本語', 2, '…'],
    ['abc', 1, '…'],
    ['abc', 0, ''],
  ])('%j in %i cells is %j', (text, cells, shown) => {
    expect(cut(text, cells)).toBe(shown)
    expect(widthIn(fitted(text, cells))).toBe(cells)
    expect(widthIn(fitted(text, cells, 'right'))).toBe(cells)
  })
})

describe('tables', () => {
  it('have columns as wide as their widest cell, in cells', () => {
    const rows = [
      { name: '日本', rate: '9' },
      { name: 'abcdefgh', rate: '1000' },
    ]
    const lines = tableLines(
      [
        { title: 'NAME', of: ({ name }: (typeof rows)[number]) => name, most: 6 },
        { title: 'RATE', side: 'right', of: ({ rate }) => rate },
      ],
      rows,
    )
    expect(lines).toEqual(['NAME    RATE', '日本       9', 'abcde…  1000'])
  })
})

describe('amounts', () => {
  it.each([
    [0, '0 kbit/s'],
    [999, '999 kbit/s'],
    [6012, '6.0 Mbit/s'],
    [1_200_000, '1.20 Gbit/s'],
  ])('%i kbit/s is %s', (rate, shown) => expect(shownRate(rate)).toBe(shown))

  it.each([
    [-1, '0:00'],
    [42, '0:42'],
    [725, '12:05'],
    [11_045, '3:04:05'],
    [183_845, '2d 03:04'],
  ])('%i s is %s', (seconds, shown) => expect(shownDuration(seconds)).toBe(shown))
})

describe('colours', () => {
  it('are for terminals that want them', () => {
    const red = (isTTY: boolean, env: Record<string, string>) => paintFor({ isTTY }, env)('red', 'x')
    expect(red(true, {})).toBe('\u001b[31mx\u001b[0m')
    expect(red(true, { NO_COLOR: '' })).toBe('\u001b[31mx\u001b[0m')
    for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) expect(red(true, env)).toBe('x')
    expect(red(false, {})).toBe('x')
  })
})
