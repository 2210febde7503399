import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { ListedKey } from '../../../src/access/key-ring.ts'
import { keysCommand } from '../../../src/cli/keys.ts'
import { tempFolder } from '../../fixtures/temp-folder.ts'

// A loaded machine may be slow; nothing here depends on how slow.
vi.setConfig({ testTimeout: 60_000 })

const OPS = { key: 'ops-key-0123456789-abcdef', name: 'ops', permissions: 'admin' }

function quiet(command: Command): void {
  command.exitOverride().configureOutput({ writeErr: () => undefined })
  for (const child of command.commands) quiet(child)
}

function setUp(configured: object[] = []) {
  const folder = tempFolder()
  const conf = join(folder, 'sls.conf')
  const apiKeys = configured.length === 0 ? '' : `api_keys '${JSON.stringify(configured)}';`
  writeFileSync(
    conf,
    `srt { database_path ${join(folder, 'streams.db')}; ${apiKeys} server { listen_player 4000; listen_publisher 4001; } }`,
  )
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  onTestFinished(() => write.mockRestore())
  const run = async (...args: string[]) => {
    write.mockClear()
    const command = keysCommand(() => conf)
    quiet(command)
    await command.parseAsync(args, { from: 'user' })
    return write.mock.calls.map(([text]) => String(text)).join('')
  }
  const list = async (): Promise<ListedKey[]> => JSON.parse(await run('list', '--json'))
  return { run, list }
}

describe('sls keys', () => {
  it('makes a key that ends, is bound and has a rate of its own, and lists it without the key', async () => {
    const { run, list } = setUp()
    const beforeMs = Date.now()
    const key = (await run('create', 'write', 'ci', '--expires-in', '12h', '--prefix', 'ci_')).trim()
    expect(key).toMatch(/^[0-9A-Za-z]{32}$/)
    await run('create', 'read', 'two', '--player', 'a', 'b', '--rate-limit', '7')
    const [first, second] = await list()
    expect(first).toMatchObject({ id: 1, name: 'ci', prefix: key.slice(0, 6), scope: { prefix: 'ci_' } })
    expect(first?.expiresAtMs).toBeGreaterThanOrEqual(beforeMs + 43_200_000)
    expect(first?.expiresAtMs).toBeLessThanOrEqual(Date.now() + 43_200_000)
    expect(second).toMatchObject({ scope: { players: ['a', 'b'] }, rateLimitPerMinute: 7, expiresAtMs: null })
    const shown = await run('list')
    expect(shown).toContain(`${key.slice(0, 6)}…`)
    expect(shown).toContain('ci_…')
    expect(shown).not.toContain(key)
  })

  it.each([
    [['--expires-in', '12']],
    [['--expires-in', '0h']],
    [['--prefix', '']],
    [['--player', '']],
    [['--player', 'a\nb']],
    [['--rate-limit', '0']],
    [['--rate-limit', '100001']],
    [['--rate-limit', '1e3']],
    [['--player', 'a', '--prefix', 'b']],
  ])('makes no key with %j', async words => {
    const { run, list } = setUp()
    await expect(run('create', 'read', 'name', ...words)).rejects.toThrow()
    expect(await list()).toEqual([])
  })

  it('keeps the last admin key unless it is forced', async () => {
    const { run, list } = setUp()
    await run('create', 'admin', 'last')
    await run('create', 'admin', 'scoped', '--prefix', 'a')
    await expect(run('revoke', '1')).rejects.toMatchObject({
      code: 'API_KEY_LAST_ADMIN',
      message: expect.stringContaining('make another one first'),
    })
    expect((await list())[0]?.active).toBe(true)
    expect(await run('revoke', '1', '--force')).toBe('Key 1 is revoked.\n')
    expect((await list())[0]?.active).toBe(false)
    await expect(run('revoke', '1')).rejects.toMatchObject({ code: 'API_KEY_UNKNOWN' })
  })

  it('knows the keys of the configuration, which can be changed there alone', async () => {
    const { run, list } = setUp([OPS])
    await run('create', 'admin', 'stored')
    expect((await list()).map(key => [key.id, key.source])).toEqual([
      ['conf:1', 'configuration'],
      [1, 'database'],
    ])
    expect(await run('list')).not.toContain(OPS.key)
    for (const verb of ['revoke', 'rotate'])
      await expect(run(verb, 'conf:1')).rejects.toMatchObject({ code: 'API_KEY_NOT_STORED' })
    await expect(run('revoke', 'conf:2')).rejects.toMatchObject({ code: 'API_KEY_UNKNOWN' })
    for (const id of ['0', '-1', '1.5', 'one', 'conf:0'])
      await expect(run('revoke', '--', id)).rejects.toMatchObject({ code: 'commander.invalidArgument' })
    expect(await run('revoke', '1')).toBe('Key 1 is revoked.\n')
  })

  it('rotates a key, at once or with an overlap', async () => {
    const { run, list } = setUp()
    await run('create', 'admin', 'k')
    expect((await run('rotate', '1', '--overlap', '1h')).trim()).toMatch(/^[0-9A-Za-z]{32}$/)
    expect((await list()).map(key => key.active)).toEqual([true, true])
    await run('rotate', '2')
    expect((await list()).map(key => [key.id, key.active])).toEqual([
      [1, true],
      [2, false],
      [3, true],
    ])
    await expect(run('rotate', '2')).rejects.toMatchObject({ code: 'API_KEY_UNKNOWN' })
  })

  it('makes an admin key for one that was lost', async () => {
    const { run, list } = setUp()
    expect(await run('reset-admin')).toMatch(/^New admin API key: [0-9A-Za-z]{32}\nSave it now/)
    expect(await list()).toMatchObject([{ permissions: 'admin', active: true }])
  })
})
