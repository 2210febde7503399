import type { Socket } from 'node:dgram'
import {
  CONCLUSION,
  callerExtensions,
  type Handshake,
  handshakePacket,
  INDUCTION,
  REFUSAL_BASE,
  readHandshake,
} from './raw-srt-peer-wire.ts'
import { until } from './wait.ts'

export interface CallerOptions {
  port: number
  streamId: string
  latencyMs: number
  initialSeq: number
  /** The session's time, 32 bits of microseconds. */
  clock: () => number
}

const DEADLINE_MS = 10_000
const REPEAT_MS = 250

/** Sends a request until an answer comes that is wanted. */
async function ask(
  socket: Socket,
  port: number,
  request: () => Buffer,
  isAnswer: (answer: Handshake) => boolean,
): Promise<Handshake> {
  let found: Handshake | undefined
  const listen = (packet: Buffer) => {
    const answer = readHandshake(packet)
    if (answer !== undefined && isAnswer(answer)) found = answer
  }
  socket.on('message', listen)
  let sentAtMs = Number.NEGATIVE_INFINITY
  const isAnswered = () => {
    if (found === undefined && performance.now() - sentAtMs >= REPEAT_MS) {
      sentAtMs = performance.now()
      socket.send(request(), port, '127.0.0.1')
    }
    return found
  }
  const what = 'an answer to the handshake'
  return until(isAnswered, { deadlineMs: DEADLINE_MS, what, everyMs: 2 }).finally(() =>
    socket.off('message', listen),
  )
}

/**
 * Handshake version 5 as a caller (draft section 4.3.1): induction for the cookie, then the conclusion. Throws with
 * the reject code if the relay refuses. Returns both socket IDs.
 */
export async function shakeHands(
  socket: Socket,
  { port, streamId, latencyMs, initialSeq, clock }: CallerOptions,
): Promise<{ own: number; peer: number }> {
  const own = 1 + Math.floor(Math.random() * 0x3ffffffe)
  const base: Handshake = { version: 4, extension: 2, initialSeq, type: INDUCTION, socketId: own, cookie: 0 }
  const { cookie } = await ask(
    socket,
    port,
    () => handshakePacket(base, clock(), Buffer.alloc(0)),
    answer => answer.type === INDUCTION,
  )
  const extensions = callerExtensions(streamId, latencyMs)
  const conclusion = { ...base, version: 5, extension: 5, type: CONCLUSION, cookie }
  const answer = await ask(
    socket,
    port,
    () => handshakePacket(conclusion, clock(), extensions),
    ({ type }) => type !== INDUCTION,
  )
  if (answer.type !== CONCLUSION) throw new Error(`refused with reject code ${answer.type - REFUSAL_BASE}`)
  return { own, peer: answer.socketId }
}
