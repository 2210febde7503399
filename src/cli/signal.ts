import { setTimeout as sleep } from 'node:timers/promises'
import { readPidFile } from '../app/pid-file.ts'
import { AppError } from '../lib/errors.ts'
import { print } from './output.ts'

const SIGNALS = { reload: 'SIGHUP', stop: 'SIGTERM' } as const
export type ServerSignal = keyof typeof SIGNALS
export const SERVER_SIGNALS = Object.keys(SIGNALS) as readonly ServerSignal[]

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/**
 * Sends a running server a signal, found by its pid file; `stop` waits until it is gone.
 * @throws AppError INTERNAL: no server runs, or it did not stop in time.
 */
export async function signalServer(
  pidFile: string,
  signal: ServerSignal,
  stopTimeoutMs: number,
): Promise<void> {
  const pid = readPidFile(pidFile)
  if (pid === undefined || !isAlive(pid)) {
    const hint = 'is it running, and with the same pid_file?'
    throw new AppError('INTERNAL', `no server found through ${pidFile}`, { hint })
  }
  process.kill(pid, SIGNALS[signal])
  if (signal === 'reload') {
    print(`Reload asked of process ${pid}; its log says what it did.`)
    return
  }
  const endMs = Date.now() + stopTimeoutMs
  while (isAlive(pid)) {
    if (Date.now() > endMs) throw new AppError('INTERNAL', `process ${pid} is still running`)
    await sleep(50)
  }
  print(`Process ${pid} has stopped.`)
}
