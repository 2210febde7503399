import { setTimeout as sleep } from 'node:timers/promises'
import { Child } from './child.ts'
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

export interface TransmitPublishOptions extends TransmitOptions {
  /** What is sent: whole TS packets. */
  stream: Uint8Array
  rateKbps: number
  /** A multiple of 188, at most 1316. */
  payloadBytes?: number
}

const TICK_MS = 10

function srtUrl(options: TransmitOptions): string {
  const parts = [`streamid=${options.streamId}`, `latency=${options.latencyMs ?? 200}`, 'transtype=live']
  if (options.passphrase !== undefined) parts.push(`passphrase=${options.passphrase}`)
  if (options.keyLengthBytes !== undefined) parts.push(`pbkeylen=${options.keyLengthBytes}`)
  return `srt://${options.host ?? '127.0.0.1'}:${options.port}?${parts.join('&')}`
}

/** srt-live-transmit has no pacing of its own: it sends what comes on its input as it comes. */
async function feed(
  child: Child,
  { stream, rateKbps, payloadBytes = 1316 }: TransmitPublishOptions,
): Promise<void> {
  const startMs = performance.now()
  for (let at = 0; at < stream.length && child.exitStatus === undefined; ) {
    const dueBytes = ((performance.now() - startMs) * rateKbps) / 8
    const end = Math.min(stream.length, Math.floor(dueBytes / payloadBytes) * payloadBytes)
    if (end > at) {
      child.write(stream.subarray(at, end))
      at = end
    }
    // What does not fill a last message goes out once its time has come.
    if (stream.length - at < payloadBytes && dueBytes >= stream.length) {
      child.write(stream.subarray(at))
      at = stream.length
    }
    await sleep(TICK_MS)
  }
}

/** Publishes bytes at a rate; `fed` resolves when all were handed over. The connection stays until it is stopped. */
export function publishWithTransmit(options: TransmitPublishOptions): { child: Child; fed: Promise<void> } {
  const chunk = `-chunk:${options.payloadBytes ?? 1316}`
  const child = new Child(mediaTool('srt-live-transmit'), [
    '-q',
    '-a:no',
    chunk,
    'file://con',
    srtUrl(options),
  ])
  return { child, fed: feed(child, options) }
}

/** Plays into a file until it is stopped or the relay ends the connection. */
export function recordWithTransmit(options: TransmitOptions & { file: string }): Child {
  const args = ['-q', '-a:no', '-chunk:1456', srtUrl(options), 'file://con']
  // Unbuffered, so that the file holds at any time what has arrived.
  return new Child('stdbuf', ['-o0', mediaTool('srt-live-transmit'), ...args], { stdoutFile: options.file })
}
