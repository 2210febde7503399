import { expect, it } from 'vitest'
import type { Route } from '../../src/engine/contract.ts'
import { codeOf, describeContract, ruled } from './contract-suite.ts'
import { nowS, SECRET, sign } from './play-token.ts'

const CAM: Route = { role: 'publish', streamId: 'cam', streamKey: 'cam' }
const ROUTES: Route[] = [
  CAM,
  ruled('play', 'open', { tokenSubject: '1' }),
  ruled('play', 'closed', { tokenSubject: '2', isTokenRequired: true }),
  ruled('play', 'dark', { tokenSubject: '3', isTokenRequired: true }, 'dark'),
]

describeContract('play tokens', suite => {
  const { eventsOf, eventually, open, refusal } = suite

  async function start(): Promise<void> {
    open()
    suite.engine.setRoutes(1, ROUTES)
    suite.engine.setTokens({ secret: SECRET, used: [] })
    await suite.driver.connect('publish', 'cam')
    await eventually('the publisher', () => eventsOf('connected').length === 1)
  }
  const plays = async (streamId: string) => {
    const { rejectCode } = await suite.driver.connect('play', streamId)
    expect(rejectCode, streamId).toBe(undefined)
  }

  it('stand for a stream ID, with or without its name, and are reported by their number', async () => {
    await start()
    const exp = nowS() + 500
    await plays(`#!::m=request,token=${sign({ sub: '1', jti: 'first', exp, max: 7 })}`)
    await plays(`#!::r=closed,m=request,token=${sign({ sub: '2', jti: 'second', exp })}`)
    await plays('open')
    const events = await eventually('four', () =>
      eventsOf('connected').length === 4 ? eventsOf('connected') : undefined,
    )
    expect(events.slice(1)).toMatchObject([
      { streamId: 'open', streamKey: 'cam', tokenId: 'first', tokenMaxUses: 7, tokenExpiresAtS: exp },
      { streamId: 'closed', streamKey: 'cam', tokenId: 'second', tokenMaxUses: 0, tokenExpiresAtS: exp },
      { streamId: 'open', streamKey: 'cam', tokenId: '', tokenMaxUses: 0, tokenExpiresAtS: 0 },
    ])
  })

  it('are refused for every fault, and never shown', async () => {
    await start()
    const ok = sign({ sub: '1' })
    const shown = async (...args: Parameters<typeof refusal>) => (await refusal(...args)).lastStreamId
    expect(await shown('token-missing', 'play', 'closed')).toBe('closed')
    expect(await shown('token-missing', 'play', '#!::r=closed,m=request')).toBe('closed')
    expect(await shown('token-invalid', 'play', `#!::r=closed,token=${ok}`)).toBe('closed')
    const forged = sign({ sub: '1' }, 'another secret, as long as it has to be')
    expect(await shown('token-invalid', 'play', `#!::token=${forged}`)).toBe('#!::token=…')
    expect(await shown('token-invalid', 'play', `#!::m=request,token=${sign({ sub: '9' })}`)).toBe(
      '#!::m=request,token=…',
    )
    expect(
      await shown('token-invalid', 'play', `#!::r=open,token=${sign({ sub: '1', net: '192.0.2.0/24' })}`),
    ).toBe('open')
    expect(await shown('token-expired', 'play', `#!::token=${sign({ sub: '1', exp: nowS() - 1 })}`)).toBe(
      'open',
    )
    expect(await shown('unknown-stream-id', 'play', `#!::r=nobody,token=${ok}`)).toBe('#!::r=nobody,token=…')
    expect(await shown('forbidden', 'publish', `#!::r=cam,m=publish,token=${ok}`)).toBe(
      '#!::r=cam,m=publish,token=…',
    )
    await plays(`#!::token=${sign({ sub: '1', net: '127.0.0.1' })}`)
    const seen = JSON.stringify(suite.driver.events)
    for (const part of [...ok.split('.').slice(1), forged.split('.')[2]]) expect(seen).not.toContain(part)
  })

  it('come before the state of the stream', async () => {
    await start()
    await refusal('token-missing', 'play', 'dark')
    await refusal('token-invalid', 'play', '#!::r=dark,token=x.y.z')
    await refusal('not-live', 'play', `#!::token=${sign({ sub: '3' })}`)
  })

  it('are void when they are older than the table allows', async () => {
    await start()
    const old = sign({ sub: '1', iat: nowS() - 100 })
    await plays(`#!::token=${old}`)
    const rules = { tokenSubject: '1', tokensNotBeforeS: nowS() - 50 }
    suite.engine.setRoutes(2, [CAM, ruled('play', 'open', rules)])
    await refusal('token-invalid', 'play', `#!::token=${old}`)
    await plays(`#!::token=${sign({ sub: '1', iat: nowS() - 50 })}`)
  })

  it('are used as often as they may be, over a restart too', async () => {
    await start()
    const twice = (jti: string) => `#!::token=${sign({ sub: '1', jti, max: 2 })}`
    suite.engine.setTokens({
      secret: SECRET,
      used: [{ tokenId: 'b', useCount: 1, expiresAtS: nowS() + 1000 }],
    })
    await plays(twice('a'))
    await plays(twice('b'))
    await eventually('both', () => eventsOf('connected').length === 3)
    await refusal('token-used-up', 'play', twice('b'))
    // What was counted so far stays.
    suite.engine.setTokens({ secret: SECRET, used: [] })
    await plays(twice('a'))
    await eventually('the second use', () => eventsOf('connected').length === 4)
    await refusal('token-used-up', 'play', twice('a'))
  })

  it('are given back by who never played', async () => {
    suite.driver.playSpec.approval = 'ask'
    await start()
    const once = `#!::token=${sign({ sub: '1', jti: 'once', max: 1 })}`
    await suite.driver.connect('play', once)
    const asked = await eventually('the question', () => eventsOf('approval-wanted')[0])
    expect(asked).toMatchObject({ tokenId: 'once', tokenMaxUses: 1 })
    await refusal('token-used-up', 'play', once)
    suite.engine.decide(asked.connectionId, 'refuse')
    await eventually('its end', () => eventsOf('disconnected').length === 1)
    await plays(once)
    const again = await eventually('the second question', () => eventsOf('approval-wanted')[1])
    suite.engine.decide(again.connectionId, 'admit')
    await eventually('it to play', () => eventsOf('connected').some(event => event.tokenId === 'once'))
    suite.engine.kick(again.connectionId)
    await eventually('its end', () => eventsOf('disconnected').length === 2)
    await refusal('token-used-up', 'play', once)
  })

  it('are not used up by a latency above the ceiling', async () => {
    suite.driver.playSpec.latencyMaxMs = 100
    await start()
    const once = `#!::token=${sign({ sub: '1', jti: 'once', max: 1 })}`
    await suite.driver.connect('play', once, { latencyMs: 400 })
    const refused = await eventually('the refusal', () => eventsOf('refused')[0])
    expect(refused).toMatchObject({
      reason: 'latency',
      latencyMs: 400,
      lastStreamId: 'open',
      encryption: 'none',
    })
    await eventually('its end', () => eventsOf('disconnected')[0]?.reason === 'latency')
    expect(eventsOf('connected')[1]).toMatchObject({ streamId: 'open', tokenId: '', tokenMaxUses: 0 })
    await plays(once)
    await eventually('it to play', () => eventsOf('connected')[2]?.tokenId === 'once')
  })

  it('are all refused without a secret, or with another one', async () => {
    open()
    suite.engine.setRoutes(1, ROUTES)
    await suite.driver.connect('publish', 'cam')
    const streamId = `#!::token=${sign({ sub: '1' })}`
    await refusal('token-invalid', 'play', streamId)
    suite.engine.setTokens({ secret: `${SECRET}!`, used: [] })
    await refusal('token-invalid', 'play', streamId)
    expect(codeOf(() => suite.engine.setTokens({ secret: 'short', used: [] }))).toBe('ENGINE_ARGUMENT')
    suite.engine.setTokens({ secret: SECRET, used: [] })
    await plays(streamId)
    suite.engine.setTokens({ secret: '', used: [] })
    await refusal('token-invalid', 'play', streamId)
  })
})
