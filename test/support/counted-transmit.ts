import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Child } from './child.ts'
import { feedPaced } from './paced-input.ts'
import { mediaTool } from './tools.ts'

/** One line of `srt-live-transmit -statsout -pf:json -fullstats`: totals since connect, bytes with headers. */
export interface TransmitStats {
  link: { rtt: number; bandwidth: number }
  send: TransmitWay & { packetsRetransmitted: number; bytesDropped: number }
  recv: TransmitWay & { packetsRetransmitted: number; packetsBelated: number; bytesLost: number }
}

interface TransmitWay {
  packets: number
  packetsUnique: number
  packetsLost: number
  packetsDropped: number
  bytes: number
  bytesUnique: number
}

export interface CountedTransmitOptions {
  port: number
  streamId: string
  latencyMs: number
}

export interface CountedPublishOptions extends CountedTransmitOptions {
  rateKbps: number
  payloadBytes: number
}

/** srt-live-transmit that counts for itself, with libsrt's own words. */
export class CountedTransmit {
  readonly #folder: string
  readonly #file: string
  readonly child: Child

  constructor(
    before: readonly string[],
    ends: (url: string) => readonly string[],
    options: CountedTransmitOptions,
  ) {
    this.#folder = mkdtempSync(join(tmpdir(), 'sls-transmit-'))
    this.#file = join(this.#folder, 'stats.json')
    const { port, streamId, latencyMs } = options
    const url = `srt://127.0.0.1:${port}?streamid=${streamId}&latency=${latencyMs}&transtype=live`
    // A line with each message: the last one is about all before it.
    const counting = ['-s:1', '-pf:json', '-fullstats', `-statsout:${this.#file}`]
    this.child = new Child(
      mediaTool('srt-live-transmit'),
      ['-q', '-a:no', ...counting, ...before, ...ends(url)],
      {
        stdoutFile: '/dev/null',
      },
    )
  }

  /** SIGTERM, and what it had counted with its last message. Throws without a line. */
  async finish(): Promise<TransmitStats> {
    await this.child.stop()
    const text = existsSync(this.#file) ? readFileSync(this.#file, 'utf8') : ''
    rmSync(this.#folder, { recursive: true, force: true })
    const last = text.split('\n').findLast(line => line.endsWith('}'))
    if (last === undefined) throw new Error(`srt-live-transmit counted nothing: ${this.child.output}`)
    // Written by the program named above; a field that is not there fails its comparison.
    return JSON.parse(last) as TransmitStats
  }
}

/** Publishes messages of one size at a rate; the connection stays. `feed` hands over so many more. */
export function publishCounted(options: CountedPublishOptions): {
  transmit: CountedTransmit
  feed: (messages: number) => Promise<void>
} {
  const { payloadBytes, rateKbps } = options
  const transmit = new CountedTransmit([`-chunk:${payloadBytes}`], url => ['file://con', url], options)
  const feed = (messages: number) =>
    feedPaced(transmit.child, { stream: Buffer.alloc(messages * payloadBytes, 0x47), rateKbps, payloadBytes })
  return { transmit, feed }
}

export const playCounted = (options: CountedTransmitOptions): CountedTransmit =>
  new CountedTransmit(['-chunk:1456'], url => [url, 'file://con'], options)
