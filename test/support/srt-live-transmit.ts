import { Child } from './child.ts'
import { feedPaced, type PacedInput } from './paced-input.ts'
import { mediaTool } from './tools.ts'

export interface TransmitOptions {
  port: number
  /** Must not hold '&' or '=' … what its URI parser would take for its own. */
  streamId: string
  host?: string
  latencyMs?: number
  passphrase?: string
  keyLengthBytes?: 16 | 24 | 32
}

export interface TransmitPublishOptions extends TransmitOptions, PacedInput {
  /** A new key after so many packets (SRTO_KMREFRESHRATE), announced so many before it (SRTO_KMPREANNOUNCE). */
  keyRefresh?: { everyPackets: number; announcedPackets: number }
}

function srtUrl(options: TransmitOptions, more: readonly string[] = []): string {
  const parts = [`streamid=${options.streamId}`, `latency=${options.latencyMs ?? 200}`, 'transtype=live']
  if (options.passphrase !== undefined) parts.push(`passphrase=${options.passphrase}`)
  if (options.keyLengthBytes !== undefined) parts.push(`pbkeylen=${options.keyLengthBytes}`)
  return `srt://${options.host ?? '127.0.0.1'}:${options.port}?${[...parts, ...more].join('&')}`
}

function keyRefreshWords({ keyRefresh }: TransmitPublishOptions): string[] {
  if (keyRefresh === undefined) return []
  return [`kmrefreshrate=${keyRefresh.everyPackets}`, `kmpreannounce=${keyRefresh.announcedPackets}`]
}

/** Publishes bytes at a rate; `fed` resolves when all were handed over. The connection stays until it is stopped. */
export function publishWithTransmit(options: TransmitPublishOptions): { child: Child; fed: Promise<void> } {
  const chunk = `-chunk:${options.payloadBytes ?? 1316}`
  const url = srtUrl(options, keyRefreshWords(options))
  const child = new Child(mediaTool('srt-live-transmit'), ['-q', '-a:no', chunk, 'file://con', url])
  return { child, fed: feedPaced(child, options) }
}

/** Plays into a file until it is stopped or the relay ends the connection. */
export function recordWithTransmit(options: TransmitOptions & { file: string }): Child {
  const args = ['-q', '-a:no', '-chunk:1456', srtUrl(options), 'file://con']
  // Unbuffered, so that the file holds at any time what has arrived.
  return new Child('stdbuf', ['-o0', mediaTool('srt-live-transmit'), ...args], { stdoutFile: options.file })
}
