import { join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { hashKey } from '../../../src/access/api-keys.ts'
import { openDatabase } from '../../../src/store/database.ts'
import { type ChildProgram, compileChild, linesOf } from '../../fixtures/child-program.ts'
import { tempFolder } from '../../fixtures/temp-folder.ts'
import { until } from '../../support/wait.ts'

// A loaded machine may be slow; nothing here depends on how slow.
vi.setConfig({ testTimeout: 60_000 })

const PROCESS_COUNT = 4
let firstKey: ChildProgram
let writer: ChildProgram

beforeAll(() => {
  firstKey = compileChild(join(import.meta.dirname, 'children', 'first-key.ts'))
  writer = compileChild(join(import.meta.dirname, 'children', 'writer.ts'))
}, 120_000)

afterAll(() => {
  firstKey.remove()
  writer.remove()
})

describe('several processes on one database', () => {
  it('make exactly one first key when they start at once', async () => {
    const folder = tempFolder()
    for (const round of [1, 2, 3]) {
      const path = join(folder, `round-${round}`, 'streams.db')
      const children = Array.from({ length: PROCESS_COUNT }, () => firstKey.start(path))
      await until(() => children.every(child => linesOf(child).includes('ready')), {
        deadlineMs: 60_000,
        what: 'the processes',
      })
      for (const child of children) child.endInput()
      const exits = await Promise.all(children.map(child => child.exited))
      expect(children.map(child => child.stderr).join('')).toBe('')
      expect(exits.map(exit => exit.code)).toEqual(children.map(() => 0))
      const answers = children.flatMap(linesOf).filter(line => line.startsWith('key '))
      expect(answers).toHaveLength(PROCESS_COUNT)
      const keys = answers.filter(line => line !== 'key none').map(line => line.slice(4))
      expect(keys).toHaveLength(1)
      const handle = new BetterSqlite3(path, { readonly: true })
      const rows = handle.prepare('SELECT key_hash, name, permissions FROM api_keys').raw().all()
      handle.close()
      expect(rows).toEqual([[hashKey(keys[0] ?? ''), 'Default Admin Key', 'admin']])
    }
  }, 120_000)

  it('lose nothing that was confirmed when one is killed while it writes', async () => {
    const path = join(tempFolder(), 'streams.db')
    for (const round of [1, 2, 3]) {
      const before = round === 1 ? 0 : await clear(path)
      expect(before).toBe(0)
      const child = writer.start(path)
      await until(() => linesOf(child).length >= 40 * round, { deadlineMs: 60_000, what: 'the writer' })
      const exit = await child.kill()
      expect(exit.signal).toBe('SIGKILL')
      const confirmed = linesOf(child).map(Number)
      const database = await openDatabase({ path })
      const players = (await database.streamIds.all()).map(row => row.player)
      await database.close()
      expect(players.slice(0, confirmed.length)).toEqual(confirmed.map(number => `play_${number}`))
      const handle = new BetterSqlite3(path)
      expect(handle.pragma('integrity_check', { simple: true })).toBe('ok')
      handle.close()
    }
  }, 120_000)

  it('write beside each other', async () => {
    const path = join(tempFolder(), 'streams.db')
    const child = writer.start(path)
    await until(() => linesOf(child).length >= 5, { deadlineMs: 60_000, what: 'the writer' })
    const database = await openDatabase({ path })
    onTestFinished(() => database.close())
    for (let n = 0; n < 50; n += 1) await database.streamIds.add({ publisher: 'ours', player: `ours_${n}` })
    const confirmedBefore = linesOf(child).length
    await until(() => linesOf(child).length > confirmedBefore, {
      deadlineMs: 60_000,
      what: 'the writer to go on',
    })
    await child.kill()
    expect(child.stderr).toBe('')
    const players = (await database.streamIds.all()).map(row => row.player)
    expect(players.filter(player => player.startsWith('ours_'))).toHaveLength(50)
  }, 120_000)
})

async function clear(path: string): Promise<number> {
  const database = await openDatabase({ path })
  for (const { player } of await database.streamIds.all()) await database.streamIds.remove(player)
  const { length } = await database.streamIds.all()
  await database.close()
  return length
}
