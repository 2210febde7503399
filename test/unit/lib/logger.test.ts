import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Log } from '../../../src/lib/logger.ts'
import { maskId } from '../../../src/lib/mask.ts'

function memoryLog(level: 'info' | 'debug' = 'info') {
  const lines: string[] = []
  const log = new Log({ level, file: '' }, { write: line => void lines.push(line) })
  return { log, lines }
}

describe('log', () => {
  it('writes JSON lines with level, time and module', () => {
    const { log, lines } = memoryLog()
    log.module('http').info({ port: 1 }, 'hello')
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'info', module: 'http', port: 1, msg: 'hello' })
    expect(JSON.parse(lines[0] ?? '').time).toMatch(/^\d{4}-\d\d-\d\dT/)
  })

  it('never writes secrets, however deep they lie', () => {
    const { log, lines } = memoryLog()
    const secret = 'hush-hush'
    log.root.info(
      { key: secret, a: { passphrase: secret, authorization: secret }, b: { c: { publisher: secret } } },
      'x',
    )
    expect(lines[0]).not.toContain(secret)
    expect(lines[0]).toContain('***')
  })

  it('changes the level of every module at once', () => {
    const { log, lines } = memoryLog()
    const module = log.module('srt')
    module.debug('unseen')
    log.setLevel('debug')
    module.debug('seen')
    log.setLevel('error')
    module.warn('unseen')
    log.root.info('unseen')
    expect(lines.map(line => JSON.parse(line).msg)).toEqual(['seen'])
  })

  it('opens its file anew after a rotation, and another file when told', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sls-log-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'sls.log')
    const log = new Log({ level: 'info', file })
    log.root.info('one')
    renameSync(file, `${file}.1`)
    log.root.info('two')
    log.reopen(file)
    log.root.info('three')
    log.reopen(join(folder, 'other.log'))
    log.root.info('four')
    expect(() => log.reopen(join(folder, 'sls.log', 'below', 'a-file'))).toThrow()
    log.root.info('five')
    const messages = (name: string) =>
      readFileSync(join(folder, name), 'utf8')
        .trim()
        .split('\n')
        .map(line => JSON.parse(line).msg)
    expect(messages('sls.log.1')).toEqual(['one', 'two'])
    expect(messages('sls.log')).toEqual(['three'])
    expect(messages('other.log')).toEqual(['four', 'five'])
  })
})

describe('maskId', () => {
  it('shows four characters at most, and nothing of a short ID', () => {
    expect(maskId('studio_1')).toBe('stud…')
    expect(maskId('cam')).toBe('…')
    expect(maskId('')).toBe('…')
  })
})
