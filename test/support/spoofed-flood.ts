import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import {
  CONCLUSION,
  callerExtensions,
  type Handshake,
  handshakePacket,
  INDUCTION,
  readHandshake,
} from './raw-srt-peer-wire.ts'

export interface FloodOptions {
  port: number
  streamId: string
  /** Each from an address of its own in 127.0.0.0/8. */
  sources: number
}

export interface FloodReport {
  sources: number
  /** Sources that were answered with a cookie. */
  cookies: number
  /** Conclusions with made-up or borrowed cookies that got a session: none should. */
  admitted: number
}

const WAVE = 200
const WAVE_DEADLINE_MS = 150
const MADE_UP_COOKIES = 3
/** From 127.16.0.0 on: away from what anybody uses. */
const addressOf = (source: number) => `127.${16 + (source >> 16)}.${(source >> 8) & 0xff}.${source & 0xff}`

const isOurs = (type: number): boolean => type !== INDUCTION

async function bound(source: number): Promise<Socket> {
  const socket = createSocket('udp4')
  socket.on('error', () => {})
  socket.bind(0, addressOf(source))
  await once(socket, 'listening')
  return socket
}

/**
 * Asks for a cookie from each of many addresses, and answers with cookies that are made up or were given to the
 * address before: the traffic of an attacker who can write any source address.
 */
export async function floodFromSpoofedSources(options: FloodOptions): Promise<FloodReport> {
  const report: FloodReport = { sources: options.sources, cookies: 0, admitted: 0 }
  const neighbour = { cookie: 0 }
  for (let first = 0; first < options.sources; first += WAVE) {
    const count = Math.min(WAVE, options.sources - first)
    const sources = Array.from({ length: count }, (_, i) => first + i)
    await Promise.all(sources.map(source => attack(source, options, report, neighbour)))
  }
  return report
}

async function attack(
  source: number,
  { port, streamId }: FloodOptions,
  report: FloodReport,
  neighbour: { cookie: number },
): Promise<void> {
  const socket = await bound(source)
  const borrowed = neighbour.cookie
  const first: Handshake = {
    version: 4,
    extension: 2,
    initialSeq: source,
    type: INDUCTION,
    socketId: 1 + source,
    cookie: 0,
  }
  const conclude = (cookie: number) => {
    const conclusion = { ...first, version: 5, extension: 5, type: CONCLUSION, cookie }
    socket.send(handshakePacket(conclusion, 0, callerExtensions(streamId, 120)), port, '127.0.0.1')
  }
  const cookie = new Promise<number>(resolve => {
    const overdue = setTimeout(() => resolve(0), WAVE_DEADLINE_MS)
    socket.on('message', packet => {
      const answer = readHandshake(packet)
      if (answer === undefined) return
      if (isOurs(answer.type)) {
        if (answer.type === CONCLUSION) report.admitted++
        return
      }
      clearTimeout(overdue)
      resolve(answer.cookie)
    })
  })
  socket.send(handshakePacket(first, 0, Buffer.alloc(0)), port, '127.0.0.1')
  const own = await cookie
  if (own !== 0) {
    report.cookies++
    neighbour.cookie = own
  }
  // Never our own: a cookie that came back is a peer that is really there.
  for (let i = 1; i <= MADE_UP_COOKIES; i++) conclude((own ^ (0x9e3779b9 * i)) >>> 0)
  // Were it the same for all addresses, it would be as good as made up by anybody.
  if (borrowed !== 0) conclude(borrowed)
  // Time for an answer that must not come.
  await new Promise(resolve => setTimeout(resolve, 20))
  socket.close()
}
