import { execFileSync } from 'node:child_process'
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { MAX_TAPS } from '../../src/engine/contract.ts'
import { AppError } from '../../src/lib/errors.ts'
import type { Directory } from '../../src/streams/directory.ts'

/** An MPEG-TS packet that means nothing: the sync byte, the PID of null packets, no payload. */
export const NULL_PACKET = Buffer.alloc(188, 0xff).fill(Buffer.from([0x47, 0x1f, 0xff, 0x10]), 0, 4)

/** Taps that end after one packet, for tests that want an answer whole. */
export const onePacketTaps = (directory: Pick<Directory, 'publisher'>) => ({
  tap(streamKey: string): Readable {
    if (directory.publisher(streamKey) === undefined) throw new AppError('STREAM_NOT_LIVE', 'not live')
    return Readable.from([NULL_PACKET])
  },
})

interface FakeTap {
  streamKey: string
  fd: number
}

const FLAGS = constants.O_NONBLOCK

/** The taps of the engine in memory: named pipes, because Node makes no pair of sockets by itself. */
export class FakeTaps {
  readonly #open: FakeTap[] = []

  get openCount(): number {
    return this.#open.length
  }

  /** The end to read from. */
  open(streamKey: string): number {
    if (this.#open.length >= MAX_TAPS) throw new AppError('TAP_LIMIT', `${MAX_TAPS} taps are open already`)
    const folder = mkdtempSync(join(tmpdir(), 'sls-tap-'))
    const path = join(folder, 'pipe')
    execFileSync('mkfifo', [path])
    const reader = openSync(path, constants.O_RDONLY | FLAGS)
    this.#open.push({ streamKey, fd: openSync(path, constants.O_WRONLY | FLAGS) })
    rmSync(folder, { recursive: true })
    return reader
  }

  /** Forgets those whose readers are gone. */
  write(streamKey: string, bytes: Uint8Array): void {
    for (const tap of this.#open.filter(one => one.streamKey === streamKey)) {
      try {
        writeSync(tap.fd, bytes)
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) this.#close(tap)
      }
    }
  }

  /** The stream has ended; undefined: all have. */
  end(streamKey?: string): void {
    for (const tap of this.#open.filter(one => streamKey === undefined || one.streamKey === streamKey))
      this.#close(tap)
  }

  #close(tap: FakeTap): void {
    this.#open.splice(this.#open.indexOf(tap), 1)
    closeSync(tap.fd)
  }
}
