import { accessSync, closeSync, constants, openSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { AppError } from '../lib/errors.ts'
import { makeFolder } from '../lib/make-folder.ts'

const unusable = (path: string, what: string) =>
  new AppError('STORE_UNAVAILABLE', `The database ${path} ${what}`, { hint: 'Set database_path to a file.' })

/**
 * The absolute path of a file that SQLite can open, made with its folders if it wasn't there.
 * Throws STORE_UNAVAILABLE for a path that SQLite would take for something else, and what the file system throws.
 */
export function prepareFile(path: string, readonly: boolean): string {
  // SQLite's driver trims names and opens a temporary database for an empty one.
  if (path.trim() !== path || path === '' || path.endsWith('/')) {
    throw unusable(JSON.stringify(path), 'has no usable name')
  }
  if (path.includes('\0')) throw unusable(JSON.stringify(path), 'has a zero byte in its name')
  // Absolute, so that 'file:…' isn't taken for a URI.
  const file = resolve(path)
  const stats = statSync(file, { throwIfNoEntry: false })
  if (stats && !stats.isFile()) {
    throw unusable(file, stats.isDirectory() ? 'is a folder' : 'is not a regular file')
  }
  if (!stats && !readonly) create(file)
  // An existing file must not be opened here: closing it would drop the locks SQLite holds in this process.
  accessSync(file, readonly ? constants.R_OK : constants.R_OK | constants.W_OK)
  return file
}

/** Publishers' stream IDs are secrets, so that the file isn't for everybody. */
function create(file: string): void {
  makeFolder(dirname(file), 0o750)
  try {
    closeSync(openSync(file, 'ax', 0o640))
  } catch (error) {
    // Another process was faster.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}
