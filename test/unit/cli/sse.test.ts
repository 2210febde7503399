import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { SseReader } from '../../../src/cli/logs/sse.ts'

// A loaded machine may be slow; nothing here depends on how slow.
vi.setConfig({ testTimeout: 60_000 })

const read = (...pieces: string[]) => {
  const reader = new SseReader()
  return pieces.flatMap(piece => reader.push(piece))
}

describe('an event stream', () => {
  it.each([
    ['data: a\n\n', [{ id: '', data: 'a' }]],
    ['id: 7\nevent: publish\ndata: {"a":1}\n\n', [{ id: '7', data: '{"a":1}' }]],
    [
      'id: 7\ndata: a\n\ndata: b\n\n',
      [
        { id: '7', data: 'a' },
        { id: '7', data: 'b' },
      ],
    ],
    ['data: a\ndata: b\n\n', [{ id: '', data: 'a\nb' }]],
    ['data:a\r\n\r\ndata:  b\r\r', [{ id: '', data: 'a' }]],
    [': heartbeat\n\n:\n\nid: 1\n\n', []],
    ['data: a\n', []],
    ['data\n\n', [{ id: '', data: '' }]],
    ['nonsense: 1\ndata: a\n\n', [{ id: '', data: 'a' }]],
  ])('%j is read', (text, messages) => {
    expect(read(text)).toEqual(messages)
  })

  it('says how long to wait', () => {
    const reader = new SseReader()
    reader.push('retry: soon\nretry: 1500\n')
    expect(reader.retryMs).toBe(1500)
  })

  it('is the same however it is cut', () => {
    const text = 'retry: 5\r\nid: 1\r\ndata: ä日\r\n\r\n: x\n\nid: 2\ndata: b\ndata: c\n\n'
    const whole = read(text)
    expect(whole).toHaveLength(2)
    fc.assert(
      fc.property(fc.array(fc.nat(text.length)), cuts => {
        const at = [0, ...cuts.sort((one, other) => one - other), text.length]
        const pieces = at.slice(1).map((end, i) => text.slice(at[i], end))
        expect(read(...pieces)).toEqual(whole)
      }),
    )
  })

  it('ends when a message has no end', () => {
    const reader = new SseReader()
    const piece = 'x'.repeat(100_000)
    expect(() => {
      for (let i = 0; i < 20; i += 1) reader.push(piece)
    }).toThrow(RangeError)
    const many = new SseReader()
    expect(() => {
      for (let i = 0; i < 20; i += 1) many.push(`data: ${piece}\n`)
    }).toThrow(RangeError)
  })
})
