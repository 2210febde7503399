import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'

// Below the range the kernel gives to sockets without a port, so that no client takes one before its server does.
const FIRST_PORT = 10_000
const LAST_PORT = 32_000
const MOST_ATTEMPTS = 200

// Test files run side by side: each worker has a range of its own.
const RANGES = 8
const worker = Number(process.env['VITEST_POOL_ID'] ?? 0) % RANGES
const RANGE_PORTS = Math.floor((LAST_PORT - FIRST_PORT) / RANGES)

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

/** What was handed out; one for the process, because a port must not be given twice within a run. */
const given = new Set<number>()

async function freePort(canBind: (port: number) => Promise<boolean>): Promise<number> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const port = FIRST_PORT + worker * RANGE_PORTS + Math.floor(Math.random() * RANGE_PORTS)
    if (given.has(port)) continue
    given.add(port)
    if (await canBind(port)) return port
  }
  throw new Error(`no free port from ${FIRST_PORT} to ${LAST_PORT} in ${MOST_ATTEMPTS} attempts`)
}

/** A UDP port that is free on all addresses, each time another one. */
export const freeUdpPort = (): Promise<number> => freePort(canBindUdp)

/** A TCP port that is free on all addresses, each time another one. */
export const freeTcpPort = (): Promise<number> => freePort(canBindTcp)
