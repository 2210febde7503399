import { Child } from './child.ts'
import { freeUdpPort } from './ports.ts'
import { peerTool } from './tools.ts'
import { until } from './wait.ts'

export interface BareRelay {
  child: Child
  publisherPort: number
  playerPort: number
}

/** Starts the yardstick relay, which takes any stream ID: to try peers without the server. */
export async function startBareRelay(): Promise<BareRelay> {
  const [publisherPort, playerPort] = [await freeUdpPort(), await freeUdpPort()]
  const ports = ['--publisher-port', String(publisherPort), '--player-port', String(playerPort)]
  const child = new Child(peerTool('bare_relay'), ports)
  await until(() => child.stdout.includes('"ready"'), {
    deadlineMs: 10_000,
    what: 'the bare relay to listen',
  })
  return { child, publisherPort, playerPort }
}
