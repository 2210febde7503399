import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { Transport } from '../../src/engine/contract.ts'
import { floodHandshakes } from '../support/handshake-flood.ts'
import { freeUdpPort } from '../support/ports.ts'
import { TRANSPORTS } from '../support/transports.ts'

const CHILD = fileURLToPath(new URL('teardown-child.cjs', import.meta.url))
const REPEATS = 3

interface Outcome {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

/** Runs the child, and `during` as soon as its engine listens; a child that hangs is killed and shows a signal. */
async function run(
  transport: Transport,
  mode: string,
  during?: (playPort: number) => Promise<unknown>,
): Promise<Outcome> {
  const publishPort = await freeUdpPort()
  const playPort = await freeUdpPort()
  const child = spawn(process.execPath, [CHILD, mode, transport, String(publishPort), String(playPort)])
  let stdout = ''
  let stderr = ''
  const listening = new Promise<void>(resolve => {
    child.stdout.on('data', chunk => {
      stdout += chunk
      if (stdout.includes('ready')) resolve()
    })
  })
  child.stderr.on('data', chunk => {
    stderr += chunk
  })
  const exit = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  const killer = setTimeout(() => child.kill('SIGKILL'), 30_000)
  await Promise.race([listening, exit])
  if (during) await during(playPort)
  const [code, signal] = await exit
  clearTimeout(killer)
  return { code, signal, stdout, stderr }
}

/** Every mode on every transport. */
const onEach = (modes: readonly string[]) =>
  TRANSPORTS.flatMap(transport => modes.map(mode => [transport, mode] as const))

describe.each(onEach(['natural', 'exit', 'stop', 'twice', 'exitWhileStopping', 'terminatedWorker']))(
  'addon, %s, %s',
  (transport, mode) => {
    it('ends cleanly', async () => {
      for (let i = 0; i < REPEATS; i++) {
        expect(await run(transport, mode)).toMatchObject({ code: 0, signal: null, stderr: '' })
      }
    })
  },
)

describe.each(onEach(['natural', 'exit', 'stop', 'terminatedWorker']))(
  'addon under a handshake flood, %s, %s',
  (transport, mode) => {
    it('ends cleanly', async () => {
      for (let i = 0; i < REPEATS; i++) {
        // The server goes away in the middle of it; a flood that finds nobody any more is fine.
        const flood = (port: number) =>
          Promise.race([floodHandshakes(port, 'nobody', 3000), new Promise(r => setTimeout(r, 1000))])
        expect(await run(transport, mode, flood)).toMatchObject({ code: 0, signal: null, stderr: '' })
      }
    })
  },
)
