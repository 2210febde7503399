import { describe, expect, it, vi } from 'vitest'
import { AppError } from '../../../src/lib/errors.ts'
import { toStoreError } from '../../../src/store/store-error.ts'

// A loaded machine may be slow; nothing here depends on how slow.
vi.setConfig({ testTimeout: 60_000 })

const failure = (code: string, message = 'disk I/O error at /secret/place') =>
  Object.assign(new Error(message), { code })

describe('toStoreError', () => {
  it.each([
    ['SQLITE_FULL', 'STORE_UNAVAILABLE', 'is full'],
    ['SQLITE_IOERR_WRITE', 'STORE_UNAVAILABLE', 'cannot be read or written'],
    ['SQLITE_READONLY_DBMOVED', 'STORE_UNAVAILABLE', 'is not writable'],
    ['SQLITE_BUSY_SNAPSHOT', 'STORE_UNAVAILABLE', 'is in use by another process'],
    ['SQLITE_CANTOPEN_ISDIR', 'STORE_UNAVAILABLE', 'cannot be opened'],
    ['SQLITE_CORRUPT_INDEX', 'STORE_CORRUPT', 'is damaged'],
    ['SQLITE_NOTADB', 'STORE_CORRUPT', 'is not an SQLite database'],
    ['EROFS', 'STORE_UNAVAILABLE', 'is on a read-only file system'],
    ['EACCES', 'STORE_UNAVAILABLE', 'may not be opened'],
    ['ENOSPC', 'STORE_UNAVAILABLE', 'has no space left on its disk'],
    ['ERR_DLOPEN_FAILED', 'ADDON_MISSING', 'has no driver that was built for this Node.js'],
    ['SQLITE_CONSTRAINT_NOTNULL', 'INTERNAL', 'failed in a way nobody expected'],
  ])('%s is %s', (code, expected, what) => {
    const cause = failure(code)
    const running = toStoreError(cause)
    expect(running).toMatchObject({ code: expected, message: `The database ${what}`, cause })
    expect(running.hint).toBeTruthy()
    expect(running.message).not.toContain('secret')
    expect(toStoreError(cause, '/data/s.db').message).toBe(`The database /data/s.db ${what}`)
  })

  it('knows a driver that is not built and a database that is not set up by their texts', () => {
    expect(toStoreError(new Error('Could not locate the bindings file. Tried:'))).toMatchObject({
      code: 'ADDON_MISSING',
      hint: 'Run: npm rebuild better-sqlite3',
    })
    expect(toStoreError(failure('SQLITE_ERROR', 'no such table: stream_ids'))).toMatchObject({
      code: 'STORE_UNAVAILABLE',
      hint: 'Run: sls migrate',
    })
  })

  it('takes anything for an internal error and leaves ours alone', () => {
    expect(toStoreError('text')).toMatchObject({ code: 'INTERNAL', cause: 'text' })
    const ours = new AppError('STREAM_ID_EXISTS', 'x')
    expect(toStoreError(ours)).toBe(ours)
  })
})
