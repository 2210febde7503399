import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { udpDrops } from './udp-drops.ts'
import type { Direction } from './udp-proxy.ts'

export interface WireTapOptions {
  /** On 127.0.0.1. */
  serverPort: number
  /** Gets each datagram in the order in which it is handed on, before it is; may write into it. */
  onDatagram: (direction: Direction, datagram: Buffer) => void
}

const LOOPBACK = '127.0.0.1'

async function boundSocket(): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20, sendBufferSize: 4 << 20 })
  // An end that is gone answers with an error.
  socket.on('error', () => {})
  socket.bind(0, LOOPBACK)
  await once(socket, 'listening')
  return socket
}

/**
 * Stands next to the relay on the way of one client: what it sees is what the relay gets and gives, with all that a
 * UdpProxy in front of it has done.
 */
export class WireTap {
  readonly #front: Socket
  readonly #back: Socket
  readonly #serverPort: number
  #clientPort = 0
  #isClosed = false

  private constructor(front: Socket, back: Socket, { serverPort, onDatagram }: WireTapOptions) {
    this.#front = front
    this.#back = back
    this.#serverPort = serverPort
    front.on('message', (datagram, client) => {
      this.#clientPort = client.port
      if (this.#isClosed) return
      onDatagram('toServer', datagram)
      back.send(datagram, serverPort, LOOPBACK)
    })
    back.on('message', datagram => {
      if (this.#isClosed) return
      onDatagram('toClient', datagram)
      front.send(datagram, this.#clientPort, LOOPBACK)
    })
  }

  static async start(options: WireTapOptions): Promise<WireTap> {
    return new WireTap(await boundSocket(), await boundSocket(), options)
  }

  /** Where the client connects to, on 127.0.0.1. */
  get port(): number {
    return this.#front.address().port
  }

  /** Between it and the relay, so that one of them has counted what the other has not: on a machine that stalls. */
  droppedDatagrams(): number {
    return udpDrops(this.#serverPort) + udpDrops(this.#back.address().port)
  }

  close(): void {
    this.#isClosed = true
    this.#front.close()
    this.#back.close()
  }
}
