// Runs a program for the set-up: its output is shown, or kept and shown only if it fails.
import { spawnSync } from 'node:child_process'

/** Exit code when a system library, a port or the addon is missing (sysexits.h EX_UNAVAILABLE). */
export const EXIT_UNAVAILABLE = 69

export class SetupError extends Error {
  constructor(message, exitCode = 1) {
    super(message)
    this.exitCode = exitCode
  }
}

/** True if the program can be started and ends with 0. */
export function succeeds(program, args, options = {}) {
  return spawnSync(program, args, { stdio: 'ignore', ...options }).status === 0
}

/** Throws SetupError with the program's output if it fails; `shown`: the output goes to the terminal as it comes. */
export function run(program, args, { cwd, env = process.env, shown = false } = {}) {
  // Standard output may be somebody's pipe: what is shown goes to standard error.
  const stdio = shown ? ['ignore', 2, 2] : ['ignore', 'pipe', 'pipe']
  const result = spawnSync(program, args, { cwd, env, stdio, encoding: 'utf8', maxBuffer: 1 << 28 })
  if (result.status === 0) return
  const output = shown ? '' : `\n${result.stdout ?? ''}${result.stderr ?? ''}`
  const reason = result.error ? result.error.message : `exit code ${result.status ?? result.signal}`
  throw new SetupError(`${program} ${args.join(' ')}: ${reason}${output}`)
}

/** Runs a set-up's main function; a SetupError ends the process with its message and exit code. */
export async function main(body) {
  try {
    await body()
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    console.error(error.message)
    process.exit(error.exitCode)
  }
}
