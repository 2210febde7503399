import { setTimeout as sleep } from 'node:timers/promises'
import { playCounted, publishCounted, type TransmitStats } from './counted-transmit.ts'
import { type PeerDone, play, publish } from './srt-peers.ts'
import { impair, type Line } from './statistics-line.ts'

/** What a peer has counted itself. */
export type PeerCount = { srtPeer: PeerDone } | { transmit: TransmitStats }

/** A peer that streams. */
export interface RunningPeer {
  /** Publishers: the last message was handed over. Players: at once. */
  sent: Promise<unknown>
  finish: () => Promise<PeerCount>
}

export const LATENCY_MS = 300
export const MESSAGES = 1000
/** 928 bytes on average, 162 messages a second. */
const PAYLOAD_BYTES = '1316,188,752,1456'
const TRANSMIT_PAYLOAD_BYTES = 1316
const RATE_KBPS = 1200
const TAIL_MESSAGES = 3
/** It is told to end. */
const HOLD_MS = 60_000
/** All connect at once. */
const CONNECT_TIMEOUT_MS = 20_000

/** Nobody may be waiting for it any more when it fails: something else has failed then. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}

/** `connected` resolves when the relay knows it. */
export async function startTransmit(line: Line, connected: () => Promise<unknown>): Promise<RunningPeer> {
  const { way, proxy } = line
  const options = { port: proxy.port, streamId: way.name, latencyMs: LATENCY_MS }
  if (way.role === 'play') {
    const player = playCounted(options)
    await connected()
    await impair(line)
    return { sent: Promise.resolve(), finish: async () => ({ transmit: await player.finish() }) }
  }
  const traffic = { rateKbps: RATE_KBPS, payloadBytes: TRANSMIT_PAYLOAD_BYTES }
  const { transmit, feed } = publishCounted({ ...options, ...traffic })
  await connected()
  await impair(line)
  const feedAll = async () => {
    await feed(MESSAGES - TAIL_MESSAGES)
    // It counts when it takes a message: these tell what has become of those before them.
    for (let i = 0; i < TAIL_MESSAGES; i++) {
      await sleep(LATENCY_MS)
      await feed(1)
    }
  }
  return { sent: handled(feedAll()), finish: async () => ({ transmit: await transmit.finish() }) }
}

export async function startSrtPeer(line: Line): Promise<RunningPeer> {
  const { way, proxy } = line
  const key = way.passphrase === undefined ? {} : { passphrase: way.passphrase }
  const connection = { port: proxy.port, streamId: way.name, latencyMs: LATENCY_MS }
  const options = { ...connection, ...key, connectTimeoutMs: CONNECT_TIMEOUT_MS }
  const traffic = { rateKbps: RATE_KBPS, payloadBytes: PAYLOAD_BYTES, count: MESSAGES, holdMs: HOLD_MS }
  const peer = way.role === 'publish' ? publish({ ...options, ...traffic }) : play(options)
  await peer.waitFor('connected', CONNECT_TIMEOUT_MS)
  await impair(line)
  const sent = way.role === 'publish' ? handled(peer.waitFor('sent', HOLD_MS)) : Promise.resolve()
  return { sent, finish: async () => ({ srtPeer: await peer.finish() }) }
}
