import { expect, it, onTestFinished } from 'vitest'
import { FailedAttempts } from '../../../src/access/attempt-limit.ts'
import { Gatekeeper } from '../../../src/access/gatekeeper.ts'
import { KeyRing } from '../../../src/access/key-ring.ts'
import { PlayTokens } from '../../../src/access/play-tokens.ts'
import { StreamIdDesk } from '../../../src/access/stream-id-desk.ts'
import { routeSource } from '../../../src/app/stream-id-source.ts'
import type { HttpDeps } from '../../../src/http/deps.ts'
import { systemClock } from '../../../src/lib/clock.ts'
import { openDatabase } from '../../../src/store/database.ts'
import { settings } from '../../../src/store/settings.ts'
import { tokenUses } from '../../../src/store/token-uses.ts'
import { memoryLog } from '../../fixtures/memory-log.ts'

it('the parts are what the REST API and the store ask for', async () => {
  const database = await openDatabase({ path: ':memory:' })
  onTestFinished(() => database.close())
  const { log } = memoryLog()
  const engine = {
    setRoutes: () => undefined,
    changeRoutes: () => undefined,
    setTokens: () => undefined,
    kick: () => false,
  }
  const keys = new KeyRing({ store: database.apiKeys })
  const streamIds = routeSource(database.streamIds)
  const gatekeeper = new Gatekeeper({
    engine,
    streamIds,
    changes: database,
    keys,
    connections: () => [],
    log,
  })
  onTestFinished(() => gatekeeper.stop())
  const tokens = new PlayTokens({
    engine,
    streamIds: database.streamIds,
    door: gatekeeper,
    settings: settings(database),
    uses: tokenUses(database),
    configuredSecret: () => '',
    clock: systemClock,
    log,
  })
  await tokens.start()
  await gatekeeper.start()
  // The types are the test; that the whole works is seen by one of each.
  const forHttp: Pick<HttpDeps, 'keys' | 'streamIds' | 'tokens'> = {
    keys,
    streamIds: new StreamIdDesk(database.streamIds, gatekeeper),
    tokens,
  }
  const wish = { name: 'k', permissions: 'read', scope: { prefix: 'v' }, expiresAtMs: null } as const
  const { key } = await forHttp.keys.create({ ...wish, rateLimitPerMinute: 5 })
  const scope = forHttp.keys.verify(key)?.scope ?? null
  await forHttp.streamIds.add({ publisher: 'cam', player: 'view' }, scope)
  expect((await forHttp.streamIds.find({ limit: 1 }, scope)).map(row => row.publisher)).toEqual(['cam'])
  const play = { expiresInS: 60, network: null, maxUses: 1 }
  expect((await forHttp.tokens.issue('view', play, scope))?.streamId).toContain('token=')
  expect(new FailedAttempts(systemClock).note('192.0.2.1')).toEqual({ verdict: 'now' })
})
