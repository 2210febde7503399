import { Socket } from 'node:net'
import type { NativeEngine } from '../../src/engine/contract.ts'
import { type PeerMessage, readMessages } from '../support/peer-messages.ts'
import { until } from '../support/wait.ts'

/** Reads a tap as the program does, and checks every message of it. */
export class TapReader {
  readonly socket: Socket
  readonly messages: PeerMessage[] = []
  bytes = 0
  isEnded = false
  fault: unknown
  #rest: Buffer = Buffer.alloc(0)

  constructor(engine: NativeEngine, streamKey: string, { isChecked = true } = {}) {
    this.socket = new Socket({ fd: engine.tap(streamKey), readable: true, writable: false })
    this.socket.on('error', error => {
      this.fault = error
    })
    this.socket.once('close', () => {
      this.isEnded = true
    })
    this.socket.on('data', (chunk: Buffer) => {
      this.bytes += chunk.length
      if (isChecked) this.#take(chunk)
    })
  }

  #take(chunk: Buffer): void {
    if (this.fault !== undefined) return
    try {
      const { messages, rest } = readMessages(Buffer.concat([this.#rest, chunk]))
      this.messages.push(...messages)
      this.#rest = rest
    } catch (error) {
      this.fault = error
    }
  }

  /** Bytes of a message that has not come whole. */
  get restBytes(): number {
    return this.#rest.length
  }

  get sessions(): number {
    return new Set(this.messages.map(({ session }) => session)).size
  }

  async until(what: string, condition: (reader: this) => boolean): Promise<void> {
    await until(
      () => {
        if (this.fault !== undefined) throw this.fault
        return condition(this)
      },
      { deadlineMs: 20_000, what },
    )
  }

  close(): void {
    this.socket.destroy()
  }
}
