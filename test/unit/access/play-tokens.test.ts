import { decodeJwt, jwtVerify } from 'jose'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type NewPlayToken, PlayTokens } from '../../../src/access/play-tokens.ts'
import type { EngineEvent, TokenSpec } from '../../../src/engine/contract.ts'
import { AppError } from '../../../src/lib/errors.ts'
import { openDatabase } from '../../../src/store/database.ts'
import { settings } from '../../../src/store/settings.ts'
import { tokenUses } from '../../../src/store/token-uses.ts'
import { memoryLog } from '../../fixtures/memory-log.ts'

const START_MS = Date.parse('2026-03-04T05:06:07.500Z')
const START_S = Math.floor(START_MS / 1000)
const WISH: NewPlayToken = { expiresInS: 60, network: null, maxUses: 0 }

async function setUp(configuredSecret = '') {
  const database = await openDatabase({ path: ':memory:' })
  onTestFinished(() => database.close())
  await database.streamIds.add({ publisher: 'cam', player: 'view' })
  await database.streamIds.add({ publisher: 'cam', player: 'strict', isTokensOnly: true })
  const clock = { atMs: START_MS, nowMs: () => clock.atMs, monotonicMs: () => 0 }
  const specs: TokenSpec[] = []
  const touched: unknown[] = []
  const output = memoryLog()
  const broken = { isBroken: false }
  const uses = tokenUses(database)
  const secret = { text: configuredSecret }
  const tokens = new PlayTokens({
    engine: { setTokens: spec => void specs.push(spec) },
    streamIds: database.streamIds,
    door: {
      async change(task) {
        const result = await task()
        touched.push(result.touched)
        return result.value
      },
    },
    settings: settings(database),
    uses: {
      all: nowS => uses.all(nowS),
      add: list =>
        broken.isBroken ? Promise.reject(new AppError('STORE_UNAVAILABLE', 'no room')) : uses.add(list),
    },
    configuredSecret: () => secret.text,
    clock,
    log: output.log,
  })
  await tokens.start()
  const issue = async (player = 'view', wish = WISH) => {
    const issued = await tokens.issue(player, wish, null)
    if (issued === undefined) throw new Error('nothing was issued')
    return issued
  }
  return { tokens, database, clock, specs, touched, output, broken, uses, secret, issue }
}

const connected = (tokenId: string, tokenMaxUses: number): EngineEvent => ({
  type: 'connected',
  seq: 1,
  atMs: 0,
  connectionId: 1,
  listener: 'play:4000',
  role: 'play',
  streamId: 'view',
  streamKey: 'cam',
  peer: '192.0.2.1:5000',
  latencyMs: 120,
  srtVersion: '1.5.1',
  encrypted: false,
  keyLengthBytes: 0,
  tokenId,
  tokenMaxUses,
  tokenExpiresAtS: START_S + 60,
})

describe('a play token', () => {
  it('is a JWT that the engine’s secret verifies, with nothing in it that plays by itself', async () => {
    const { issue, specs } = await setUp()
    const wish = { expiresInS: 60, network: '192.0.2.0/24', maxUses: 3 }
    const { token, tokenId, expiresAtS, streamId } = await issue('view', wish)
    const key = new TextEncoder().encode(specs[0]?.secret)
    const { payload, protectedHeader } = await jwtVerify(token, key, { currentDate: new Date(START_MS) })
    expect(protectedHeader).toEqual({ alg: 'HS256' })
    expect(payload).toEqual({
      sub: '1',
      jti: tokenId,
      iat: START_S,
      exp: START_S + 60,
      net: '192.0.2.0/24',
      max: 3,
    })
    expect(expiresAtS).toBe(START_S + 60)
    expect(streamId).toBe(`#!::m=request,token=${token}`)
    expect(Buffer.byteLength(streamId)).toBeLessThan(512)
    expect((await issue()).tokenId).not.toBe(tokenId)
  })

  it('names the player where its stream ID alone is worth nothing', async () => {
    const { issue } = await setUp()
    expect((await issue('strict')).streamId).toMatch(/^#!::r=strict,m=request,token=/)
  })

  it('is made by a secret that is kept, or by the configured one, which the engine gets at once', async () => {
    const { tokens, specs, secret, database } = await setUp()
    expect((await settings(database).all()).get('token_secret')).toBe(specs[0]?.secret)
    await tokens.refresh()
    expect(specs).toHaveLength(1)
    secret.text = 'a configured secret of 32 bytes or more'
    await tokens.refresh()
    expect(specs.map(spec => spec.secret).at(-1)).toBe(secret.text)
    const other = await setUp('a configured secret of 32 bytes or more')
    expect((await settings(other.database).all()).has('token_secret')).toBe(false)
  })

  it('is not made for nobody, beyond a scope, or with a wish out of range', async () => {
    const { tokens } = await setUp()
    expect(await tokens.issue('nobody', WISH, null)).toBeUndefined()
    expect(await tokens.issue('view', WISH, { prefix: 's' })).toBeUndefined()
    expect(await tokens.issue('strict', WISH, { prefix: 's' })).toBeDefined()
    for (const bad of [
      { ...WISH, expiresInS: 0 },
      { ...WISH, expiresInS: 2_592_001 },
      { ...WISH, maxUses: -1 },
      { ...WISH, network: 'localhost' },
    ]) {
      await expect(tokens.issue('view', bad, null)).rejects.toMatchObject({ code: 'BODY_INVALID' })
    }
  })

  it('is void with all before it, and one made in the same second works', async () => {
    const { tokens, issue, database, touched } = await setUp()
    const before = await issue()
    expect(await tokens.revokeAll('view', { prefix: 's' })).toBe(false)
    expect(await tokens.revokeAll('nobody', null)).toBe(false)
    expect(await tokens.revokeAll('view', null)).toBe(true)
    expect(touched.at(-1)).toEqual({ publishers: ['cam'] })
    const notBeforeS = (await database.streamIds.get('view'))?.tokensNotBeforeS ?? 0
    expect(decodeJwt(before.token).iat).toBeLessThan(notBeforeS)
    expect(decodeJwt((await issue()).token).iat).toBeGreaterThanOrEqual(notBeforeS)
  })
})

describe('when the clock does not move on', () => {
  const iatOf = (token: string) => decodeJwt(token).iat ?? 0
  type Setup = Awaited<ReturnType<typeof setUp>>
  const notBefore = async ({ database }: Setup) =>
    (await database.streamIds.get('view'))?.tokensNotBeforeS ?? 0

  it('each revocation of one second voids what was issued since the last', async () => {
    const relay = await setUp()
    for (let n = 0; n < 3; n += 1) {
      const { token } = await relay.issue()
      expect(iatOf(token)).toBeGreaterThanOrEqual(await notBefore(relay))
      await relay.tokens.revokeAll('view', null)
      expect(iatOf(token)).toBeLessThan(await notBefore(relay))
    }
  })

  it('set back a day: tokens work, live no longer than wished, and are voided', async () => {
    const relay = await setUp()
    await relay.tokens.revokeAll('view', null)
    relay.clock.atMs -= 86_400_000
    const { token, expiresAtS } = await relay.issue()
    expect(expiresAtS).toBe(START_S - 86_400 + 60)
    expect(decodeJwt(token).exp).toBe(expiresAtS)
    expect(iatOf(token)).toBeGreaterThanOrEqual(await notBefore(relay))
    await relay.tokens.revokeAll('view', null)
    expect(iatOf(token)).toBeLessThan(await notBefore(relay))
  })
})

describe('uses of tokens with a limit', () => {
  it('are written soon, and given to the engine at the next start', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const { tokens, uses } = await setUp()
    tokens.onEvents([connected('a', 2), connected('a', 2), connected('b', 1), connected('free', 0)])
    await vi.advanceTimersByTimeAsync(1000)
    const expected = [
      { tokenId: 'a', useCount: 2, expiresAtS: START_S + 60 },
      { tokenId: 'b', useCount: 1, expiresAtS: START_S + 60 },
    ]
    await vi.waitFor(async () => expect(await uses.all(START_S)).toEqual(expected))
    expect(await uses.all(START_S + 61)).toEqual([])
  })

  it('are kept while they cannot be written, which is said once, and written at the end', async () => {
    const { tokens, uses, broken, output } = await setUp()
    broken.isBroken = true
    tokens.onEvents([connected('a', 2)])
    await tokens.stop()
    await tokens.stop()
    expect(output.lines).toHaveLength(1)
    broken.isBroken = false
    await tokens.stop()
    expect(await uses.all(START_S)).toMatchObject([{ tokenId: 'a', useCount: 1 }])
  })

  it('that come after the end are written at once', async () => {
    const { tokens, uses } = await setUp()
    await tokens.stop()
    tokens.onEvents([connected('late', 2), connected('late', 2)])
    await vi.waitFor(async () =>
      expect(await uses.all(START_S)).toMatchObject([{ tokenId: 'late', useCount: 2 }]),
    )
  })

  it('are kept in bounded number, the latest', async () => {
    const { tokens, uses, broken } = await setUp()
    broken.isBroken = true
    tokens.onEvents(Array.from({ length: 100_001 }, (_, n) => connected(n === 0 ? 'first' : 'later', 2)))
    await tokens.stop()
    broken.isBroken = false
    await tokens.stop()
    expect(await uses.all(START_S)).toMatchObject([{ tokenId: 'later', useCount: 100_000 }])
  })
})
