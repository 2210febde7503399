/** A command that cannot go on: what went wrong, the mend, and what the exit code is. */
export class CommandError extends Error {
  readonly exitCode: number
  /** What the reader can do about it, as a sentence. */
  readonly hint: string | undefined

  constructor(
    message: string,
    { exitCode, hint, cause }: { exitCode: number; hint?: string; cause?: unknown },
  ) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'CommandError'
    this.exitCode = exitCode
    this.hint = hint
  }
}
