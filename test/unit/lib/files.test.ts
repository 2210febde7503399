import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readPidFile, removePidFile, writePidFile } from '../../../src/app/pid-file.ts'
import { makeFolder } from '../../../src/lib/make-folder.ts'
import { packageRoot, packageVersion } from '../../../src/lib/package-root.ts'

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'sls-files-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

describe('makeFolder', () => {
  it('makes what is missing, and is content with what is there', () => {
    const path = join(folder(), 'a/b/c')
    makeFolder(path, 0o750)
    makeFolder(path)
    expect(statSync(path).isDirectory()).toBe(true)
    expect(statSync(path).mode & 0o777).toBe(0o750)
  })

  it('throws where nothing can be made', () => {
    expect(() => makeFolder('/proc/no/such/folder')).toThrow()
    const file = join(folder(), 'file')
    writeFileSync(file, '')
    expect(() => makeFolder(join(file, 'below'))).toThrow()
  })
})

describe('pid file', () => {
  it('is written, read, and removed only by its owner', () => {
    const path = join(folder(), 'run/sls.pid')
    expect(readPidFile(path)).toBe(undefined)
    writePidFile(path, 4242)
    expect(readPidFile(path)).toBe(4242)
    removePidFile(path, 1111)
    expect(existsSync(path)).toBe(true)
    removePidFile(path, 4242)
    expect(existsSync(path)).toBe(false)
  })

  it('with anything but a process id in it counts as none', () => {
    const path = join(folder(), 'sls.pid')
    for (const text of ['', 'x', '-5', '0', '1', '12.5']) {
      writeFileSync(path, text)
      expect(readPidFile(path)).toBe(undefined)
    }
  })
})

describe('package', () => {
  it('is found from the sources', () => {
    expect(existsSync(join(packageRoot(), 'package.json'))).toBe(true)
    expect(packageVersion()).toMatch(/^\d+\.\d+\.\d+$/)
  })
})
