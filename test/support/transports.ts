import type { Transport } from '../../src/engine/contract.ts'
import { type Server, type ServerOptions, startServer } from './server.ts'

const ALL: readonly Transport[] = ['libsrt', 'direct']

/** @throws Error: one of them is no transport, or there is none. */
function wished(list: string): readonly Transport[] {
  const names = list.split(',')
  const stray = names.find(name => !ALL.some(transport => transport === name))
  if (stray !== undefined) throw new Error(`SLS_TEST_TRANSPORTS: '${stray}' is none of ${ALL.join(', ')}`)
  return ALL.filter(transport => names.includes(transport))
}

/** What suites that touch the wire run on, once for each. SLS_TEST_TRANSPORTS, a list with commas, leaves some out. */
export const TRANSPORTS: readonly Transport[] = wished(process.env['SLS_TEST_TRANSPORTS'] ?? ALL.join(','))

/** startServer() for servers with this transport. */
export const serverOn =
  (transport: Transport) =>
  (options: ServerOptions = {}): Promise<Server> =>
    startServer({ transport, ...options })
