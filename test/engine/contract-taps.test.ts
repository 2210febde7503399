import { readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { MAX_TAPS, type Route } from '../../src/engine/contract.ts'
import { codeOf, describeContract } from './contract-suite.ts'
import { TapReader } from './tap-reader.ts'

const ROUTES: Route[] = [
  { role: 'publish', streamId: 'cam', streamKey: 'cam' },
  { role: 'play', streamId: 'view', streamKey: 'cam' },
]

const openFiles = () => readdirSync('/proc/self/fd').length

describeContract('taps', suite => {
  const { eventsOf, eventually, open } = suite

  /** Live, with a tap. The fake engine's bytes mean nothing. */
  async function tapped() {
    open()
    suite.engine.setRoutes(1, ROUTES)
    const publisher = await suite.driver.connect('publish', 'cam')
    await eventually('the publisher', () => eventsOf('connected').length === 1)
    const reader = newReader()
    await reader.until('the first bytes', ({ bytes }) => bytes > 0)
    return { publisher, reader }
  }

  const newReader = () => new TapReader(suite.engine, 'cam', { isChecked: false })

  it('are refused while nobody publishes', async () => {
    open()
    suite.engine.setRoutes(1, ROUTES)
    expect(codeOf(() => suite.engine.tap('cam'))).toBe('STREAM_NOT_LIVE')
    expect(codeOf(() => suite.engine.tap(''))).toBe('STREAM_NOT_LIVE')
    expect(suite.engine.tapTotals().open).toBe(0)
  })

  it('are no connections, and no events tell of them', async () => {
    const { reader } = await tapped()
    await eventually('the sample', () => suite.engine.snapshot().connections.length === 1)
    expect(eventsOf('connected').length).toBe(1)
    expect(suite.engine.tapTotals().open).toBe(1)
    reader.close()
    await eventually('it to be forgotten', () => suite.engine.tapTotals().open === 0)
    expect(eventsOf('disconnected').length).toBe(0)
  })

  it('end with their stream, and keep none alive', async () => {
    const { publisher, reader } = await tapped()
    await publisher.close()
    await reader.until('its end', ({ isEnded }) => isEnded)
    expect(suite.engine.tapTotals().open).toBe(0)
    expect(codeOf(() => suite.engine.tap('cam'))).toBe('STREAM_NOT_LIVE')
  })

  it('go on when the publisher comes back in time', async () => {
    const { publisher, reader } = await tapped()
    await publisher.close()
    await eventually('its end', () => eventsOf('disconnected').length === 1)
    // One that comes while nobody is there waits with the others.
    const late = newReader()
    expect((await suite.driver.connect('publish', 'cam')).rejectCode).toBe(undefined)
    const before = reader.bytes
    await reader.until('more', ({ bytes }) => bytes > before)
    await late.until('bytes for the late one', ({ bytes }) => bytes > 0)
    expect([reader.isEnded, late.isEnded]).toEqual([false, false])
  })

  it('end when the engine stops', async () => {
    const { reader } = await tapped()
    const atTheEnd = newReader()
    await suite.engine.stop()
    await reader.until('its end', ({ isEnded }) => isEnded)
    await atTheEnd.until('the end of the last', ({ isEnded }) => isEnded)
    expect(codeOf(() => suite.engine.tap('cam'))).toBe('ENGINE_STOPPED')
  })

  it(`are ${MAX_TAPS} at most, and leave no descriptor behind`, async () => {
    const { reader } = await tapped()
    const filesBefore = openFiles()
    for (let round = 0; round < 3; round += 1) {
      const readers = Array.from({ length: MAX_TAPS - 1 }, newReader)
      expect(codeOf(() => suite.engine.tap('cam'))).toBe('TAP_LIMIT')
      await readers.at(-1)?.until('bytes for the last', ({ bytes }) => bytes > 0)
      for (const each of readers) each.close()
      await eventually('all but one to be forgotten', () => suite.engine.tapTotals().open === 1)
    }
    await eventually('their descriptors to be closed', () => openFiles() <= filesBefore)
    expect(reader.isEnded).toBe(false)
  })
})
