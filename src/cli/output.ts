import { AppError } from '../lib/errors.ts'
import { CommandError } from './command-error.ts'
import { EXIT, exitCodeOf } from './exit-codes.ts'

/** A line for the person at the terminal. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

export function printError(line: string): void {
  process.stderr.write(`${line}\n`)
}

/** Whoever reads us has gone (`sls top | head`): that is no failure. */
export function endWithReader(): void {
  process.stdout.on('error', error => {
    process.exit('code' in error && error.code === 'EPIPE' ? EXIT.ok : EXIT.failure)
  })
}

/** Says what went wrong and how to mend it; returns the exit code. An unexpected error shows its stack. */
export function report(thrown: unknown): number {
  if (thrown instanceof CommandError) {
    printError(`sls: ${thrown.message}`)
    if (thrown.hint !== undefined) printError(`  ${thrown.hint}`)
    return thrown.exitCode
  }
  if (!(thrown instanceof AppError)) {
    printError(thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown))
    return EXIT.failure
  }
  printError(thrown.code === 'CONFIG_INVALID' ? thrown.message : `sls: ${thrown.message}`)
  if (thrown.hint !== undefined) printError(`  ${thrown.hint}`)
  return exitCodeOf(thrown.code)
}

/** Columns as wide as their widest cell; the last one as it is. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length)
    })
  }
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
  return rows.map(line).join('\n')
}
