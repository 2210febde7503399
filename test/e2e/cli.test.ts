import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { freeTcpPort } from '../support/ports.ts'
import { spawnServer, startServer } from '../support/server.ts'

/** A server's folder and conf without the server. */
async function offline(conf?: string) {
  const server = await spawnServer({ conf: () => 'srt {' })
  await server.exit
  if (conf === undefined) server.writeConf({})
  else writeFileSync(server.confFile, conf)
  return server
}

describe('sls', () => {
  it('check says fine, or names every problem and exits 78 with nothing started', async () => {
    const good = await offline()
    expect(await good.cli('check', '-c', good.confFile)).toMatchObject({ code: 0 })
    expect(await good.cli('-c', good.confFile, 'check')).toMatchObject({ code: 0 })
    const bad = await offline('srt {\n  http_prot 80;\n  server {\n    listen_player 70000;\n  }\n}\n')
    const { code, stderr } = await bad.cli('-c', bad.confFile)
    expect(code).toBe(78)
    expect(stderr).toContain('sls.conf:2:3')
    expect(stderr).toContain('http_port')
    expect(stderr).toContain('sls.conf:4:')
    expect(stderr).toContain('listen_publisher')
    expect((await bad.cli('check', '-c', join(bad.folder, 'nowhere.conf'))).code).toBe(78)
  })

  it('keys and streams work on the file without a server', async () => {
    const { cli, confFile } = await offline().then(server => ({
      cli: server.cli.bind(server),
      confFile: server.confFile,
    }))
    const run = (...args: string[]) => cli('-c', confFile, ...args)
    const key = (await run('keys', 'create', 'write', 'my script')).stdout.trim()
    expect(key).toMatch(/^[0-9A-Za-z]{32}$/)
    const list = await run('keys', 'list', '--json')
    expect(JSON.parse(list.stdout)).toMatchObject([{ name: 'my script', permissions: 'write', active: true }])
    expect(list.stdout).not.toContain(key)
    expect((await run('keys', 'list')).stdout).toContain('my script')
    expect((await run('keys', 'revoke', '1')).code).toBe(0)
    expect((await run('keys', 'revoke', '1')).code).toBe(1)
    expect((await run('keys', 'revoke', 'one')).code).toBe(64)
    expect((await run('keys', 'create', 'root')).code).toBe(64)

    expect((await run('streams', 'add', 'studio', 'live', 'Main camera')).code).toBe(0)
    expect((await run('streams', 'add', 'studio', 'live')).code).toBe(1)
    expect((await run('streams', 'add', 'studio', '')).code).toBe(64)
    expect(JSON.parse((await run('streams', 'list', '--json')).stdout)).toEqual([
      { publisher: 'studio', player: 'live', description: 'Main camera' },
    ])
    expect((await run('streams', 'remove', 'live')).code).toBe(0)
    expect((await run('streams', 'remove', 'live')).code).toBe(1)
    expect((await run('migrate')).stdout).toContain('is up to date')
  })

  it('refuses a wrong command line with 64 and teaches the right one', async () => {
    const { cli } = await offline().then(server => ({ cli: server.cli.bind(server) }))
    expect((await cli('--no-such-option')).code).toBe(64)
    expect((await cli('-l', 'loud')).code).toBe(64)
    expect((await cli('no-such-command')).code).toBe(64)
    const help = await cli('--help')
    expect(help.code).toBe(0)
    for (const word of ['Examples:', 'Exit codes:', 'reset-admin', 'check', 'migrate'])
      expect(help.stdout).toContain(word)
    expect((await cli('--version')).stdout.trim()).toMatch(/^\d+\.\d+\.\d+$/)
  })

  it('exits 69 when a port is taken, and leaves nothing behind', async () => {
    const server = await startServer()
    const second = await spawnServer({ ports: { ...server.ports, http: await freeTcpPort() } })
    expect(await second.exit).toMatchObject({ code: 69 })
    expect(second.child.stderr).toContain(String(server.ports.player))
    // Shown once, so it must not be used up by a start that fails.
    expect(second.child.stdout).not.toContain('Generated')
    expect(await second.sql('SELECT * FROM api_keys')).toEqual([])
    const http = createServer().listen(0, '127.0.0.1')
    await new Promise(resolve => http.once('listening', resolve))
    const taken = http.address()
    if (taken === null || typeof taken === 'string') throw new Error('no port')
    const third = await spawnServer({ srt: { http_port: taken.port } })
    expect(await third.exit).toMatchObject({ code: 69 })
    expect(third.child.stderr).toContain(String(taken.port))
    http.close()
  })

  it('says what is wrong with a log file that cannot be written', async () => {
    const server = await spawnServer({ srt: { log_file: '/proc/nowhere/sls.log' } })
    expect(await server.exit).toMatchObject({ code: 78 })
    expect(server.child.stderr).toContain('log_file /proc/nowhere/sls.log')
  })

  it('takes directives from the environment, which wins', async () => {
    const server = await startServer({
      env: { SLS_CORS_HEADER: 'https://env.example' },
      srt: { cors_header: 'https://file.example' },
    })
    const { headers } = await server.request('GET', '/health')
    expect(headers.get('access-control-allow-origin')).toBe('https://env.example')
  })
})
