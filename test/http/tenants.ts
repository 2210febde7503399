import { buildRealServer, type RealServer } from '../support/real-server.ts'
import { ask } from './ask.ts'

/** What one tenant has, and nobody else may learn of it. */
export const BRAVO_ADDRESS = '198.51.100.66'
export const BRAVO_SECRET = 'passphrase of Bravo'
/** The publisher of one player of each tenant. */
export const SHARED = 'both-studio'

/** Whatever of it turns up in an answer to Alfa is a leak. */
export const FORBIDDEN: readonly string[] = ['bravo', SHARED, BRAVO_ADDRESS, BRAVO_SECRET, 'Bravo']

export interface Tenants extends RealServer {
  /** Connection ids by stream ID. */
  sessions: Readonly<Record<string, number>>
}

const PAIRS = [
  { publisher: 'alfa-studio', player: 'alfa-1', description: 'Main stage' },
  { publisher: 'alfa-studio', player: 'alfa-2' },
  { publisher: SHARED, player: 'alfa-3' },
  { publisher: SHARED, player: 'bravo-3' },
  {
    publisher: 'bravo-studio',
    player: 'bravo-1',
    description: 'The note of Bravo',
    passphrase: BRAVO_SECRET,
  },
  { publisher: 'bravo-studio', player: 'bravo-2' },
]

function connectAll({ engine, clock }: RealServer): Record<string, number> {
  const sessions: Record<string, number> = {}
  const connect = (listener: string, streamId: string) => {
    const address = streamId.startsWith('alfa') ? '192.0.2.11' : BRAVO_ADDRESS
    const result = engine.connect({ listener, streamId, peer: `${address}:5000` })
    if ('refused' in result) throw new Error(`${streamId}: ${result.refused}`)
    sessions[streamId] = result.connectionId
  }
  for (const publisher of new Set(PAIRS.map(pair => pair.publisher))) connect('publish:4001', publisher)
  for (const { player } of PAIRS) connect('play:4000', player)
  for (const streamId of ['alfa-misspelt', 'bravo-misspelt']) {
    const address = streamId.startsWith('alfa') ? '192.0.2.11' : BRAVO_ADDRESS
    engine.connect({ listener: 'play:4000', streamId, peer: `${address}:6000` })
  }
  const wrong = { listener: 'publish:4001', streamId: 'bravo-studio', passphrase: 'not the right one' }
  engine.connect({ ...wrong, peer: `${BRAVO_ADDRESS}:6001` })
  // Refusals are reported once a second.
  clock.advance(1500)
  engine.tick()
  return sessions
}

/** Two tenants on one server, both live, each with refusals, and requests of everybody in the access log. */
export async function buildTenants(...args: Parameters<typeof buildRealServer>): Promise<Tenants> {
  const server = await buildRealServer(...args)
  const { app, keys, streamIds, accessLog } = server
  for (const pair of PAIRS) await streamIds.add(pair, null)
  await server.webhooks.desk.add({
    ...{ url: 'https://hooks.example.com/bravo', description: 'The webhook of Bravo' },
    ...{ events: ['*'], players: ['bravo-1'] },
  })
  const sessions = connectAll(server)
  server.clock.advance(2000)
  await server.analytics.recorder.tick()
  for (const line of ['GET /api/stream-ids/bravo-1', 'PATCH /api/stream-ids/bravo-1'] as const) {
    await ask(app, line, {
      key: keys.admin,
      remoteAddress: BRAVO_ADDRESS,
      ...(line.startsWith('P') ? { body: {} } : {}),
    })
  }
  await accessLog.flush()
  await server.events.flush()
  await new Promise(resolve => setImmediate(resolve))
  return { ...server, sessions }
}
