import { AppError, type ErrorCode, messageOf } from '../lib/errors.ts'

interface Diagnosis {
  code: ErrorCode
  /** Ends the sentence 'The database …'. */
  what: string
  mend: string
}

const unavailable = (what: string, mend: string): Diagnosis => ({ code: 'STORE_UNAVAILABLE', what, mend })

const CORRUPT_MEND = 'Put a backup in its place, or move the file away to start with an empty database.'
const PERMISSION_MEND = 'Give the user that runs the server write permission on the file and its folder.'

/** By the beginning of the error's code; the first that fits counts. Source: SQLite's result codes, errno(3). */
const DIAGNOSES: readonly (readonly [prefix: string, diagnosis: Diagnosis])[] = [
  ['SQLITE_FULL', unavailable('is full', 'Free some space on its disk.')],
  ['SQLITE_READONLY', unavailable('is not writable', PERMISSION_MEND)],
  ['SQLITE_BUSY', unavailable('is in use by another process', 'End the process that keeps it locked.')],
  ['SQLITE_LOCKED', unavailable('is in use by another process', 'End the process that keeps it locked.')],
  ['SQLITE_CANTOPEN', unavailable('cannot be opened', PERMISSION_MEND)],
  [
    'SQLITE_IOERR',
    unavailable('cannot be read or written', 'Look for errors of its disk and for free space.'),
  ],
  ['SQLITE_NOTADB', { code: 'STORE_CORRUPT', what: 'is not an SQLite database', mend: CORRUPT_MEND }],
  ['SQLITE_CORRUPT', { code: 'STORE_CORRUPT', what: 'is damaged', mend: CORRUPT_MEND }],
  ['SQLITE_PERM', unavailable('may not be opened', PERMISSION_MEND)],
  ['SQLITE_PROTOCOL', unavailable('cannot be locked', 'Put it on a local disk.')],
  ['SQLITE_NOLFS', unavailable('is too large for its file system', 'Move it to another disk.')],
  ['SQLITE_NOMEM', unavailable('has no memory to work with', 'Give the server more memory.')],
  ['EACCES', unavailable('may not be opened', PERMISSION_MEND)],
  ['EPERM', unavailable('may not be opened', PERMISSION_MEND)],
  ['EROFS', unavailable('is on a read-only file system', 'Mount it writable, or set another database_path.')],
  ['ENOSPC', unavailable('has no space left on its disk', 'Free some space on its disk.')],
  ['EDQUOT', unavailable('has no space left within the quota', 'Free some space or raise the quota.')],
  ['ENOENT', unavailable('does not exist', 'Set database_path to an existing file.')],
  ['ENOTDIR', unavailable('lies below something that is not a folder', 'Set another database_path.')],
  ['EEXIST', unavailable('lies below something that is not a folder', 'Set another database_path.')],
  ['ENAMETOOLONG', unavailable('has a name that is too long', 'Set another database_path.')],
  ['ELOOP', unavailable('is behind symbolic links that form a loop', 'Set another database_path.')],
]

const DRIVER_MISSING: Diagnosis = {
  code: 'ADDON_MISSING',
  what: 'has no driver that was built for this Node.js',
  mend: 'Run: npm rebuild better-sqlite3',
}

function diagnose(thrown: unknown): Diagnosis {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
  const isDriverMissing = messageOf(thrown).startsWith('Could not locate the bindings file')
  if (isDriverMissing || code === 'ERR_DLOPEN_FAILED') return DRIVER_MISSING
  const known = DIAGNOSES.find(([prefix]) => code.startsWith(prefix))?.[1]
  if (known) return known
  if (messageOf(thrown) === 'The database connection is not open') {
    return unavailable('is closed', 'Ask again when the server has started again.')
  }
  if (messageOf(thrown).startsWith('duplicate column name')) {
    return { code: 'STORE_CORRUPT', what: 'belongs to another program', mend: CORRUPT_MEND }
  }
  if (/^no such (table|column)/.test(messageOf(thrown))) {
    return unavailable('has not been set up by this program', 'Run: sls migrate')
  }
  return { code: 'INTERNAL', what: 'failed in a way nobody expected', mend: 'Look at the cause in the log.' }
}

/**
 * What SQLite, the driver or the file system threw, as an error the edges understand.
 * With `path` (while opening) the message names the file; without (while running) it is fit for any client.
 */
export function toStoreError(thrown: unknown, path?: string): AppError {
  if (thrown instanceof AppError) return thrown
  const { code, what, mend } = diagnose(thrown)
  const subject = path === undefined ? 'The database' : `The database ${path}`
  return new AppError(code, `${subject} ${what}`, { hint: mend, cause: thrown })
}
