import type { ApiClient } from '../remote/client.ts'
import { harmless } from '../terminal/text.ts'

/** What GET /health says. */
export interface ServerState {
  version: string
  uptimeS: number
  isDraining: boolean
  /** The server's clock, Unix milliseconds. */
  serverMs: number
}

/** Throws CommandError. */
export async function serverState(client: Pick<ApiClient, 'get'>): Promise<ServerState> {
  const { status, body, serverMs } = await client.get('/health', [503])
  const version = harmless(body.text('version'))
  return { version, uptimeS: body.number('uptime'), isDraining: status === 503, serverMs }
}
