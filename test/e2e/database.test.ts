import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { endWithTest } from '../support/end-with-test.ts'
import { spawnServer, startServer } from '../support/server.ts'
import { play, publish } from '../support/srt-peers.ts'
import { until } from '../support/wait.ts'

describe('database', () => {
  it('is shared by two servers: each follows the other', async () => {
    const first = await startServer()
    const database = { database_path: first.databaseFile }
    const second = await startServer({ srt: database, adminKey: first.adminKey })
    await first.addStream('cam', 'view')
    await until(async () => (await second.stats('view')).status === 200, {
      deadlineMs: 10_000,
      what: 'the new stream',
    })
    const source = publish({ port: second.ports.publisher, streamId: 'cam' })
    await source.waitFor('connected')
    // Deleted at the one, ended at the other.
    expect((await first.api('DELETE', '/api/stream-ids/view')).status).toBe(200)
    await source.waitFor('broken', 10_000)
  })

  it('gives one admin key to two servers that start at once', async () => {
    const folder = (await spawnServer({ conf: () => 'srt {' })).folder
    const shared = { database_path: join(folder, 'shared.db') }
    const servers = await Promise.all([0, 1, 2].map(() => startServer({ srt: shared })))
    const keys = servers.flatMap(server => /admin API key: (\w+)/.exec(server.child.stdout)?.[1] ?? [])
    expect(keys.length).toBe(1)
    for (const server of servers) {
      const headers = { authorization: `Bearer ${keys[0]}` }
      await until(async () => (await server.request('GET', '/api/stream-ids', { headers })).status === 200, {
        deadlineMs: 10_000,
        what: 'the key to be known',
      })
    }
  })

  it('that is damaged or not one ends the program with what, where and the mend', async () => {
    const garbage = await spawnServer({ conf: () => 'srt {' })
    await garbage.exit
    garbage.writeConf({ srt: { database_path: join(garbage.folder, 'bad.db') } })
    writeFileSync(
      join(garbage.folder, 'bad.db'),
      'this is not a database, it is a shopping list. '.repeat(100),
    )
    const { code, stderr } = await garbage.cli('-c', garbage.confFile)
    expect(code).toBe(74)
    expect(stderr).toContain('bad.db is not an SQLite database')
    expect(stderr).toContain('backup')
  })

  it('that loses rows to other programs ends the sessions they allowed', async () => {
    const server = await startServer()
    await server.addStream('cam', 'view')
    const source = publish({ port: server.ports.publisher, streamId: 'cam' })
    await source.waitFor('connected')
    expect((await server.cli('-c', server.confFile, 'streams', 'remove', 'view')).code).toBe(0)
    await source.waitFor('broken', 10_000)
    expect((await server.stats('view')).status).toBe(404)
  })

  it.runIf(process.getuid?.() === 0)(
    'on a full disk: 503, streams go on, nothing stored is lost',
    async () => {
      const folder = (await spawnServer({ conf: () => 'srt {' })).folder
      const disk = join(folder, 'disk')
      mkdirSync(disk)
      expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]).status).toBe(0)
      endWithTest(() => void spawnSync('umount', ['-l', disk]))
      const server = await startServer({ srt: { database_path: join(disk, 'streams.db') } })
      await server.addStream('cam', 'view')
      const source = publish({ port: server.ports.publisher, streamId: 'cam' })
      await source.waitFor('connected')
      await server.untilLive('view')
      const viewer = play({ port: server.ports.player, streamId: 'view' })
      await viewer.waitFor('progress', 15_000, event => event.messages > 10)
      // What is left of the disk goes to another file.
      spawnSync('dd', ['if=/dev/zero', `of=${join(disk, 'filler')}`, 'bs=4096'])
      expect(existsSync(join(disk, 'filler'))).toBe(true)
      const added: string[] = []
      const outcome = await until(
        async () => {
          const player = `extra_${added.length}`
          const answer = await server.api('POST', '/api/stream-ids', {
            publisher: 'cam',
            player,
            description: 'x'.repeat(900),
          })
          if (answer.status === 200) added.push(player)
          return answer.status === 200 ? undefined : answer
        },
        { deadlineMs: 20_000, what: 'the disk to be full', everyMs: 0 },
      )
      expect(outcome).toMatchObject({ status: 503, body: { code: 'STORE_UNAVAILABLE' } })
      expect(JSON.stringify(outcome.body)).not.toMatch(/sqlite|disk/i)
      const before = viewer.events.filter(event => event.event === 'progress').at(-1)?.messages ?? 0
      await viewer.waitFor('progress', 15_000, event => event.messages > before + 50)
      spawnSync('rm', [join(disk, 'filler')])
      await until(
        async () =>
          (await server.api('POST', '/api/stream-ids', { publisher: 'cam', player: 'after' })).status === 200,
        {
          deadlineMs: 10_000,
          what: 'writing to work again',
        },
      )
      const { body } = await server.api('GET', '/api/stream-ids')
      const players = (body as { data: { player: string }[] }).data.map(row => row.player)
      expect(players).toEqual(['view', ...added, 'after'])
      expect(await viewer.finish()).toMatchObject({ broken: 0, gaps: 0 })
      await source.stop()
    },
  )
})
