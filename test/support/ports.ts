import { createSocket } from 'node:dgram'
import { mkdirSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// Below the range the kernel gives to sockets without a port, so that no client takes one before its server does.
const FIRST_PORT = 10_000
const LAST_PORT = 32_000
const MOST_ATTEMPTS = 200

// Test files run side by side, in processes of their own: a port is taken by making its folder, which one only can.
const TAKEN = join(tmpdir(), 'sls-test-ports')
/** Longer than a run. */
const FORGOTTEN_AFTER_MS = 3_600_000

function isOurs(port: number): boolean {
  const folder = join(TAKEN, String(port))
  mkdirSync(TAKEN, { recursive: true })
  try {
    mkdirSync(folder)
    return true
  } catch {
    const takenAtMs = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()
    // Of an earlier run; the next attempt may have it.
    if (Date.now() - takenAtMs > FORGOTTEN_AFTER_MS) rmSync(folder, { recursive: true, force: true })
    return false
  }
}

const canBindUdp = (port: number): Promise<boolean> =>
  new Promise(resolve => {
    const socket = createSocket('udp6')
    socket.once('error', () => resolve(false))
    socket.bind(port, '::', () => socket.close(() => resolve(true)))
  })

const canBindTcp = (port: number): Promise<boolean> =>
  new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '::', () => server.close(() => resolve(true)))
  })

async function freePort(canBind: (port: number) => Promise<boolean>): Promise<number> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT))
    if (isOurs(port) && (await canBind(port))) return port
  }
  throw new Error(`no free port from ${FIRST_PORT} to ${LAST_PORT} in ${MOST_ATTEMPTS} attempts`)
}

/** A UDP port that is free on all addresses, each time another one. */
export const freeUdpPort = (): Promise<number> => freePort(canBindUdp)

/** A TCP port that is free on all addresses, each time another one. */
export const freeTcpPort = (): Promise<number> => freePort(canBindTcp)
