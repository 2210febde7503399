import { expect, it } from 'vitest'
import type { Route } from '../../src/engine/contract.ts'
import { codeOf, describeContract, ruled } from './contract-suite.ts'

const CAM: Route = { role: 'publish', streamId: 'cam', streamKey: 'cam' }
const VIEW: Route = { role: 'play', streamId: 'view', streamKey: 'cam' }
const OURS = 'passphrase of the stream'
const LISTENERS = 'passphrase of the listener'

describeContract('rules of a stream ID', suite => {
  const { eventsOf, eventually, open, refusal } = suite

  const start = (routes: readonly Route[]) => {
    open()
    suite.engine.setRoutes(1, routes)
  }
  const connected = (count: number) =>
    eventually(`${count} connections`, () => {
      const events = eventsOf('connected')
      return events.length === count ? events : undefined
    })

  it('passphrase: encrypts one stream where the listener has none', async () => {
    suite.driver.publishSpec.keyLengthBytes = 24
    start([
      ruled('publish', 'cam', { passphrase: OURS }),
      ruled('play', 'view', { passphrase: OURS }),
      { role: 'publish', streamId: 'plain', streamKey: 'plain' },
    ])
    await suite.driver.connect('publish', 'cam', { passphrase: OURS })
    await suite.driver.connect('play', '#!::r=view', { passphrase: OURS })
    await suite.driver.connect('publish', 'plain')
    const [cam, view, plain] = await connected(3)
    expect(cam).toMatchObject({ streamId: 'cam', encrypted: true, keyLengthBytes: 24 })
    expect(view).toMatchObject({ streamId: 'view', encrypted: true, keyLengthBytes: 16 })
    expect(plain).toMatchObject({ streamId: 'plain', encrypted: false, keyLengthBytes: 0 })
    await eventually('encrypted traffic', () =>
      suite.engine.snapshot().connections.every(({ packets }) => packets > 20),
    )
  })

  it("passphrase: wins over the listener's, with the listener's key length", async () => {
    Object.assign(suite.driver.publishSpec, { passphrase: LISTENERS, keyLengthBytes: 32 })
    start([ruled('publish', 'own', { passphrase: OURS }, 'own'), { ...CAM }])
    await suite.driver.connect('publish', 'own', { passphrase: OURS })
    await suite.driver.connect('publish', 'cam', { passphrase: LISTENERS })
    const events = await connected(2)
    expect(events.map(({ keyLengthBytes }) => keyLengthBytes)).toEqual([32, 32])
    suite.engine.setRoutes(2, [ruled('publish', 'other', { passphrase: OURS }, 'other')])
    await refusal('bad-passphrase', 'publish', 'other', { passphrase: LISTENERS })
  })

  it('passphrase: tells a wrong one from a missing and a superfluous one', async () => {
    start([ruled('publish', 'cam', { passphrase: OURS }), { role: 'publish', streamId: 'p', streamKey: 'p' }])
    const wrong = await refusal('bad-passphrase', 'publish', 'publish/cam', { passphrase: 'another one 123' })
    expect(wrong).toMatchObject({
      listener: suite.driver.publishSpec.name,
      count: 1,
      lastPeer: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      lastStreamId: 'cam',
      latencyMs: suite.asking(60, 'encrypted').latencyMs,
      encryption: 'encrypted',
    })
    const missing = await refusal('no-encryption', 'publish', 'cam')
    expect(missing).toMatchObject({ lastStreamId: 'cam', encryption: 'none' })
    const superfluous = await refusal('no-encryption', 'publish', 'p', { passphrase: OURS })
    expect(superfluous).toMatchObject({ lastStreamId: 'p', encryption: 'encrypted' })
    expect(suite.engine.snapshot().connections).toEqual([])
    // They are told once, as refusals.
    expect(eventsOf('log')).toEqual([])
    expect(eventsOf('refused')).toHaveLength(3)
  })

  it("passphrase: the listener's mismatches are told too", async () => {
    suite.driver.publishSpec.passphrase = LISTENERS
    start([{ ...CAM }])
    await refusal('bad-passphrase', 'publish', 'cam', { passphrase: OURS })
    expect(await refusal('no-encryption', 'publish', 'cam')).toMatchObject({ encryption: 'none' })
    await suite.driver.connect('publish', 'cam', { passphrase: LISTENERS })
    await connected(1)
    expect(eventsOf('log')).toEqual([])
  })

  it('networks: let in whom they contain, and follow the table', async () => {
    start([
      ruled('publish', 'cam', { networks: ['127.0.0.1', '2001:db8::/32'] }),
      ruled('play', 'view', { networks: ['10.0.0.0/8', '192.0.2.1'] }),
    ])
    await suite.driver.connect('publish', 'cam')
    await connected(1)
    const refused = await refusal('network', 'play', 'play/view')
    expect(refused).toMatchObject({ listener: suite.driver.playSpec.name, lastStreamId: 'view' })
    suite.engine.setRoutes(2, [{ ...CAM }, ruled('play', 'view', { networks: ['127.0.0.0/8'] })])
    expect((await suite.driver.connect('play', 'view')).rejectCode).toBe(undefined)
    await connected(2)
  })

  it('networks: a refused peer does not learn whether the stream is live', async () => {
    start([{ ...CAM }, ruled('play', 'view', { networks: ['192.0.2.0/24'] })])
    await refusal('network', 'play', 'view')
  })

  it('maxPlayers: one too many is refused until one leaves, for this stream ID alone', async () => {
    start([{ ...CAM }, ruled('play', 'few', { maxPlayers: 1 }), { ...VIEW }])
    await suite.driver.connect('publish', 'cam')
    const first = await suite.driver.connect('play', 'few')
    await connected(2)
    await refusal('player-limit', 'play', '#!::r=few')
    expect((await suite.driver.connect('play', 'view')).rejectCode).toBe(undefined)
    // Whoever is there already counts under another table too.
    suite.engine.setRoutes(2, [{ ...CAM }, ruled('play', 'few', { maxPlayers: 1, networks: ['127.0.0.1'] })])
    await refusal('player-limit', 'play', 'few')
    await first.close()
    await eventually('it to be gone', () => eventsOf('disconnected').length === 1)
    expect((await suite.driver.connect('play', 'few')).rejectCode).toBe(undefined)
  })

  it('maxRateKbps: ends who is above it for longer than the grace, and follows the table', async () => {
    start([ruled('publish', 'cam', { maxRateKbps: 3000, rateGraceMs: 300 }), { ...VIEW }])
    const publisher = await suite.driver.connect('publish', 'cam', { rateKbps: 1000 })
    await connected(1)
    await eventually('a second of traffic', () => {
      const [connection] = suite.engine.snapshot().connections
      return connection !== undefined && connection.bytes > 125_000
    })
    expect(publisher.isGone()).toBe(false)
    suite.engine.setRoutes(2, [ruled('publish', 'cam', { maxRateKbps: 500, rateGraceMs: 300 })])
    const ended = await eventually('its end', () => eventsOf('disconnected')[0])
    expect(ended.reason).toBe('bitrate')
    await eventually('it to notice', () => publisher.isGone())
  })

  it('refuses a table with a malformed rule as a whole', async () => {
    start([{ ...CAM }])
    const bad = [
      { networks: ['10.0.0.0/33'] },
      { networks: ['nonsense'] },
      { networks: ['10.0.0.0/8', ''] },
      { passphrase: 'short' },
      { passphrase: 'x'.repeat(80) },
    ]
    for (const rules of bad) {
      const call = () => suite.engine.setRoutes(2, [{ ...VIEW }, ruled('publish', 'other', rules)])
      expect(codeOf(call), JSON.stringify(rules)).toBe('ENGINE_ARGUMENT')
    }
    expect(suite.engine.snapshot().routesVersion).toBe(1)
    expect((await suite.driver.connect('publish', 'cam')).rejectCode).toBe(undefined)
    await refusal('unknown-stream-id', 'publish', 'other')
  })
})
