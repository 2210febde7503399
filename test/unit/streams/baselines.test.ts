import { describe, expect, it } from 'vitest'
import { Baselines } from '../../../src/streams/baselines.ts'
import { sample } from './samples.ts'

const reader = (client: string) => ({
  address: '203.0.113.1',
  userAgent: 'noalbs',
  authorization: '',
  client,
})

describe('Baselines', () => {
  it('has none until a reader resets, and then only for that reader and stream', () => {
    const baselines = new Baselines()
    expect(baselines.get(reader('a'), sample())).toBeUndefined()
    baselines.move(reader('a'), sample())
    expect(baselines.get(reader('a'), sample())).toMatchObject({ packetsDropped: 3, wireBytes: 414_500 })
    expect(baselines.get(reader('b'), sample())).toBeUndefined()
    expect(baselines.get(reader('a'), sample({ streamKey: 'other' }))).toBeUndefined()
  })

  it('does not mix up readers whose parts run together', () => {
    const baselines = new Baselines()
    baselines.move({ address: 'a', userAgent: 'b', authorization: 'c', client: '' }, sample())
    const other = { address: 'a', userAgent: 'bc', authorization: '', client: '' }
    expect(baselines.get(other, sample())).toBeUndefined()
  })

  it('begins afresh with a new session of the stream', () => {
    const baselines = new Baselines()
    baselines.move(reader('a'), sample())
    expect(baselines.get(reader('a'), sample({ connectionId: 2 }))).toBeUndefined()
    // The old session cannot come back.
    expect(baselines.get(reader('a'), sample())).toBeUndefined()
  })

  it('forgets the reader that was longest away', () => {
    const baselines = new Baselines(3)
    for (const name of ['a', 'b', 'c']) baselines.move(reader(name), sample())
    baselines.get(reader('a'), sample())
    baselines.move(reader('d'), sample())
    const known = ['a', 'b', 'c', 'd'].filter(name => baselines.get(reader(name), sample()) !== undefined)
    expect(known).toEqual(['a', 'c', 'd'])
  })
})
