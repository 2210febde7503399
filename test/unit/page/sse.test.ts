import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SseReader } from '../../../src/page/lib/sse.ts'

const STREAM = [
  'retry: 1500\n\n',
  ': a comment\n\n',
  'id: 7\nevent: publish\ndata: {"a":1}\n\n',
  'data: one\r\ndata: two\r\n\r\n',
  'event: without data\n\n',
  'id: 8\ndata\n\n',
  'unknown: x\nid:9\ndata:no blank\n\n',
].join('')

const MESSAGES = [
  { id: '7', event: 'publish', data: '{"a":1}' },
  { id: '7', event: '', data: 'one\ntwo' },
  { id: '8', event: '', data: '' },
  { id: '9', event: '', data: 'no blank' },
]

describe('SseReader', () => {
  it('reads messages, and remembers the last id', () => {
    const reader = new SseReader()
    expect(reader.push(STREAM)).toEqual(MESSAGES)
    expect(reader.retryMs).toBe(1500)
  })

  it('goes on after a message without data, and not after half of one', () => {
    const reader = new SseReader()
    expect(reader.push('id: 4\n\n')).toEqual([])
    expect(reader.lastId).toBe('4')
    reader.push('id: 5\ndata: {')
    expect(reader.lastId).toBe('4')
    reader.push('}\n\n: heartbeat\n\n')
    expect(reader.lastId).toBe('5')
  })

  it('reads the same wherever the pieces are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: STREAM.length }), { maxLength: 12 }), cuts => {
        const places = [0, ...cuts, STREAM.length].sort((a, b) => a - b)
        const pieces = places.slice(1).map((end, index) => STREAM.slice(places[index], end))
        const reader = new SseReader()
        expect(pieces.flatMap(piece => reader.push(piece))).toEqual(MESSAGES)
      }),
    )
  })

  it('has no message until its blank line has come', () => {
    const reader = new SseReader()
    expect(reader.push('data: x\n')).toEqual([])
    expect(reader.push('\n')).toEqual([{ id: '', event: '', data: 'x' }])
  })
})
