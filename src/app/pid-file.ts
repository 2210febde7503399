import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { makeFolder } from '../lib/make-folder.ts'

/** Writes this process's id for `sls -s reload|stop`. Throws if it cannot. */
export function writePidFile(path: string, pid: number = process.pid): void {
  makeFolder(dirname(path))
  const draft = `${path}.${pid}`
  writeFileSync(draft, `${pid}\n`)
  renameSync(draft, path)
}

/** The process id in the file; undefined: no file, or nothing usable in it. */
export function readPidFile(path: string): number | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
  const pid = Number(text.trim())
  return Number.isSafeInteger(pid) && pid > 1 ? pid : undefined
}

/** Removes the file unless another process has taken it over. */
export function removePidFile(path: string, pid: number = process.pid): void {
  if (readPidFile(path) === pid) rmSync(path, { force: true })
}
