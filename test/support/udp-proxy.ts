import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { endWithTest } from './end-with-test.ts'
import { Impairment, type ImpairmentOptions } from './impairment.ts'
import { seededRandom } from './random.ts'

export type Direction = 'toServer' | 'toClient'

export interface UdpProxyOptions {
  /** On 127.0.0.1. */
  serverPort: number
  toServer?: Partial<ImpairmentOptions>
  toClient?: Partial<ImpairmentOptions>
  /** The same seed and the same traffic meet the same fate. */
  seed?: number
  /** Sees each datagram as it comes in, before its fate is decided. */
  onDatagram?: (direction: Direction, datagram: Buffer) => void
}

export interface DirectionCounters {
  received: number
  /** Copies sent on: duplicates count. */
  forwarded: number
  lost: number
}

const LOOPBACK = '127.0.0.1'

async function boundSocket(): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20, sendBufferSize: 4 << 20 })
  // The server may be gone; that is a loss like any other.
  socket.on('error', () => {})
  socket.bind(0, LOOPBACK)
  await once(socket, 'listening')
  return socket
}

/** A socket that was closed while the datagram was under way loses it, as a network would. */
function trySend(socket: Socket, datagram: Buffer, port: number): void {
  try {
    socket.send(datagram, port, LOOPBACK)
  } catch (error) {
    const isClosed =
      error instanceof Error && 'code' in error && error.code === 'ERR_SOCKET_DGRAM_NOT_RUNNING'
    if (!isClosed) throw error
  }
}

/** A bad network on loopback: clients send to `port`, each reaches the server from a port of its own. */
export class UdpProxy {
  readonly #front: Socket
  readonly #serverPort: number
  readonly #upstreams = new Map<string, Promise<Socket>>()
  readonly #clientPorts = new Set<number>()
  readonly #onDatagram: (direction: Direction, datagram: Buffer) => void
  readonly #impairments: Record<Direction, Impairment>
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly counters: Record<Direction, DirectionCounters> = {
    toServer: { received: 0, forwarded: 0, lost: 0 },
    toClient: { received: 0, forwarded: 0, lost: 0 },
  }
  #isBlackhole = false
  #isClosed = false

  private constructor(
    front: Socket,
    { serverPort, toServer = {}, toClient = {}, seed = 1, onDatagram = () => {} }: UdpProxyOptions,
  ) {
    this.#front = front
    this.#onDatagram = onDatagram
    this.#serverPort = serverPort
    this.#impairments = {
      toServer: new Impairment(toServer, seededRandom(seed)),
      toClient: new Impairment(toClient, seededRandom(seed + 1)),
    }
    front.on('message', (datagram, client) => void this.#fromClient(datagram, client))
    endWithTest(() => this.close())
  }

  static async start(options: UdpProxyOptions): Promise<UdpProxy> {
    return new UdpProxy(await boundSocket(), options)
  }

  /** Where clients connect to, on 127.0.0.1. */
  get port(): number {
    return this.#front.address().port
  }

  change(direction: Direction, options: Partial<ImpairmentOptions>): void {
    this.#impairments[direction].change(options)
  }

  /** Everything is lost both ways, without notice to anybody, until restore(). */
  blackhole(): void {
    this.#isBlackhole = true
  }

  restore(): void {
    this.#isBlackhole = false
  }

  blackout(durationMs: number): void {
    this.blackhole()
    this.#later(durationMs, () => this.restore())
  }

  /** From now on each client reaches the server from another port, as after a change of network. */
  changeAddresses(): void {
    for (const upstream of this.#upstreams.values()) void upstream.then(socket => socket.close())
    this.#upstreams.clear()
  }

  /** Sends a datagram of the test's own along the way of each client: from its address, or to it. Never impaired. */
  async inject(direction: Direction, datagram: Buffer): Promise<void> {
    if (direction === 'toClient') {
      for (const port of this.#clientPorts) trySend(this.#front, datagram, port)
      return
    }
    for (const upstream of await Promise.all(this.#upstreams.values()))
      trySend(upstream, datagram, this.#serverPort)
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const timer of this.#timers) clearTimeout(timer)
    this.#front.close()
    const sockets = await Promise.all(this.#upstreams.values())
    for (const socket of sockets) socket.close()
  }

  async #fromClient(datagram: Buffer, client: RemoteInfo): Promise<void> {
    this.#onDatagram('toServer', datagram)
    const upstream = await this.#upstreamOf(client)
    this.#pass('toServer', () => trySend(upstream, datagram, this.#serverPort))
  }

  #upstreamOf(client: RemoteInfo): Promise<Socket> {
    const key = `${client.address}:${client.port}`
    const known = this.#upstreams.get(key)
    if (known !== undefined) return known
    const opening = this.#openUpstream(client)
    this.#upstreams.set(key, opening)
    return opening
  }

  async #openUpstream(client: RemoteInfo): Promise<Socket> {
    this.#clientPorts.add(client.port)
    const upstream = await boundSocket()
    upstream.on('message', datagram => {
      this.#onDatagram('toClient', datagram)
      this.#pass('toClient', () => trySend(this.#front, datagram, client.port))
    })
    return upstream
  }

  #pass(direction: Direction, send: () => void): void {
    const counters = this.counters[direction]
    counters.received++
    const delaysMs = this.#isBlackhole ? [] : this.#impairments[direction].next()
    if (delaysMs.length === 0) counters.lost++
    for (const delayMs of delaysMs) {
      counters.forwarded++
      this.#later(delayMs, send)
    }
  }

  #later(delayMs: number, action: () => void): void {
    if (this.#isClosed) return
    if (delayMs <= 0) {
      action()
      return
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      action()
    }, delayMs)
    this.#timers.add(timer)
  }
}
