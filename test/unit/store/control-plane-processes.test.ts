import { copyFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import BetterSqlite3 from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openDatabase } from '../../../src/store/database.ts'
import { type ChildProgram, compileChild, linesOf } from '../../fixtures/child-program.ts'
import { tempFolder } from '../../fixtures/temp-folder.ts'
import { until } from '../../support/wait.ts'

// A loaded machine may be slow; nothing here depends on how slow.
vi.setConfig({ testTimeout: 240_000 })

let importer: ChildProgram
let racer: ChildProgram

beforeAll(() => {
  importer = compileChild(join(import.meta.dirname, 'children', 'importer.ts'))
  racer = compileChild(join(import.meta.dirname, 'children', 'racer.ts'))
}, 240_000)

afterAll(() => {
  importer?.remove()
  racer?.remove()
})

const OLD = { publisher: 'live_0', player: 'play_0', description: 'old', passphrase: 'as before' }

describe('an import that is killed', () => {
  it('leaves none of it, wherever it was, and can be done again', async () => {
    const folder = tempFolder()
    const template = join(folder, 'template.db')
    const database = await openDatabase({ path: template })
    await database.streamIds.add(OLD)
    await database.close()

    const whole = join(folder, 'whole.db')
    copyFileSync(template, whole)
    const child = importer.start(whole)
    expect(await child.exited, child.output).toMatchObject({ code: 0 })
    const { turns, ...result } = JSON.parse(child.stdout)
    expect(result).toEqual({ created: 19_999, updated: 1 })

    let spilledCount = 0
    for (const part of [0.02, 0.3, 0.6, 0.8, 0.97]) {
      const path = join(folder, `killed-${part}.db`)
      copyFileSync(template, path)
      const killed = importer.start(path, String(Math.ceil(turns * part)))
      expect(await killed.exited, killed.output).toMatchObject({ signal: 'SIGKILL' })
      expect(killed.stdout).toBe('')
      if (statSync(`${path}-wal`).size > 1024 * 1024) spilledCount += 1
      const survivor = await openDatabase({ path })
      expect(await survivor.streamIds.all()).toMatchObject([OLD])
      await survivor.close()
      const handle = new BetterSqlite3(path)
      expect(handle.pragma('integrity_check', { simple: true })).toBe('ok')
      handle.close()
    }
    // Otherwise the file was never in danger.
    expect(spilledCount).toBeGreaterThan(0)

    const again = importer.start(join(folder, 'killed-0.97.db'))
    expect(await again.exited, again.output).toMatchObject({ code: 0 })
    expect(JSON.parse(again.stdout)).toMatchObject(result)
  })
})

describe('two processes', () => {
  it('cannot revoke the last two admin keys at once, and agree on a secret', async () => {
    const folder = tempFolder()
    for (const round of [1, 2, 3]) {
      const path = join(folder, `round-${round}.db`)
      const database = await openDatabase({ path })
      const keys = ['a', 'b'].map(hash => ({ hash, name: hash, permissions: 'admin' }))
      const ids = []
      for (const key of keys) ids.push(await database.apiKeys.insert(key))
      await database.apiKeys.insert({ hash: 'c', name: 'c', permissions: 'admin', scope: '{"players":[]}' })
      const children = ids.map(id => racer.start(path, String(id)))
      await until(() => children.every(child => linesOf(child).includes('ready')), {
        deadlineMs: 120_000,
        what: 'the processes',
      })
      for (const child of children) child.endInput()
      for (const child of children) expect(await child.exited, child.output).toMatchObject({ code: 0 })
      const answers = children.map(child => JSON.parse(linesOf(child)[1] ?? ''))
      expect(answers.map(answer => answer.verdict).sort()).toEqual(['last-admin', 'revoked'])
      expect(answers[0].secret).toMatch(/^of \d+$/)
      expect(answers[1].secret).toBe(answers[0].secret)
      const active = (await database.apiKeys.all()).filter(key => key.active)
      expect(active.map(key => key.name)).toEqual([answers[0].verdict === 'revoked' ? 'b' : 'a', 'c'])
      await database.close()
    }
  })
})
