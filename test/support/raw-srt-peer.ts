import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { endWithTest } from './end-with-test.ts'
import { shakeHands } from './raw-srt-peer-handshake.ts'
import { RawReceiver } from './raw-srt-peer-receiver.ts'
import { RawSender } from './raw-srt-peer-sender.ts'
import {
  type Address,
  CONTROL,
  controlPacket,
  controlType,
  HEADER_BYTES,
  isControl,
  readDataPacket,
  readLossList,
  TIMESTAMP_COUNT,
} from './raw-srt-peer-wire.ts'

export interface RawSrtPeerOptions {
  /** Of the relay, on 127.0.0.1. */
  port: number
  streamId: string
  latencyMs?: number
  /** First sequence number of both directions, 31 bits. */
  initialSeq?: number
  /** Of the first message, 1 … 2^26 - 1. */
  initialMessage?: number
  /** What the session's clock shows at its start, 32 bits. */
  initialTimestampUs?: number
  /** Sequence numbers whose packet is ignored when it comes first. */
  loseOnce?: readonly number[]
}

const TICK_MS = 10
const KEEPALIVE_MS = 1000
const LOOPBACK = '127.0.0.1'

const nowUs = () => Number(process.hrtime.bigint() / 1000n)

/**
 * An SRT caller of the tests' own, without encryption: what a real one never shows within a test's time, it starts
 * with (the wraps), and what none does, it sends (`sendRaw`).
 */
export class RawSrtPeer {
  readonly sender: RawSender
  readonly receiver: RawReceiver
  readonly socketId: number
  /** Of the relay's end. */
  readonly peerSocketId: number
  readonly #socket: Socket
  readonly #port: number
  readonly #clock: () => number
  readonly #timers: readonly NodeJS.Timeout[]
  #isClosed = false
  #isShutDown = false

  private constructor(
    socket: Socket,
    options: RawSrtPeerOptions & { initialSeq: number },
    ids: { own: number; peer: number },
    clock: () => number,
  ) {
    this.#socket = socket
    this.#port = options.port
    this.#clock = clock
    this.socketId = ids.own
    this.peerSocketId = ids.peer
    const { initialSeq } = options
    const send = (packet: Buffer) => this.sendRaw(packet)
    const address = () => this.address()
    this.sender = new RawSender({ initialSeq, initialMessage: options.initialMessage ?? 1, address, send })
    this.receiver = new RawReceiver({ initialSeq, loseOnce: options.loseOnce ?? [], address, send })
    socket.on('message', packet => this.#take(packet))
    this.#timers = [
      setInterval(() => this.receiver.tick(), TICK_MS),
      setInterval(() => this.sendControl(CONTROL.keepalive, 0, Buffer.alloc(4)), KEEPALIVE_MS),
    ]
    endWithTest(() => this.close())
  }

  /** Throws with the reject code if the relay refuses. */
  static async connect(options: RawSrtPeerOptions): Promise<RawSrtPeer> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 })
    socket.on('error', () => {})
    socket.bind(0, LOOPBACK)
    await once(socket, 'listening')
    const { port, streamId, latencyMs = 120, initialSeq = 1000, initialTimestampUs = 0 } = options
    const startUs = nowUs() - initialTimestampUs
    const clock = () => (nowUs() - startUs) % TIMESTAMP_COUNT
    try {
      const ids = await shakeHands(socket, { port, streamId, latencyMs, initialSeq, clock })
      return new RawSrtPeer(socket, { ...options, initialSeq }, ids, clock)
    } catch (error) {
      socket.close()
      throw error
    }
  }

  /** The relay said goodbye. */
  get isShutDown(): boolean {
    return this.#isShutDown
  }

  /** For a packet that goes to the relay now. */
  address(): Address {
    return { timestampUs: this.#clock(), socketId: this.peerSocketId }
  }

  sendControl(type: number, info: number, body: Buffer): void {
    this.sendRaw(controlPacket(type, info, this.address(), body))
  }

  /** Any datagram, from the session's address. */
  sendRaw(packet: Buffer): void {
    if (!this.#isClosed) this.#socket.send(packet, this.#port, LOOPBACK)
  }

  /** With a shutdown, as a caller that ends in good order. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    for (const timer of this.#timers) clearInterval(timer)
    const goodbye = controlPacket(CONTROL.shutdown, 0, this.address(), Buffer.alloc(4))
    await new Promise(resolve => this.#socket.send(goodbye, this.#port, LOOPBACK, resolve))
    this.#isClosed = true
    this.#socket.close()
  }

  #take(packet: Buffer): void {
    if (packet.length < HEADER_BYTES || packet.readUInt32BE(12) !== this.socketId) return
    if (!isControl(packet)) {
      this.receiver.onData(readDataPacket(packet))
      return
    }
    const info = packet.readUInt32BE(4)
    const body = packet.subarray(HEADER_BYTES)
    const type = controlType(packet)
    if (type === CONTROL.ack) this.sender.onAck(info, body.readUInt32BE(0))
    else if (type === CONTROL.nak) this.sender.onNak(readLossList(body))
    else if (type === CONTROL.ackAck) this.receiver.onAckAck(info)
    else if (type === CONTROL.dropRequest)
      this.receiver.onDropRequest({ first: body.readUInt32BE(0), last: body.readUInt32BE(4) })
    else if (type === CONTROL.shutdown) this.#isShutDown = true
  }
}
