import { describe, expect, it } from 'vitest'
import { spawnServer, startServer } from '../support/server.ts'

const LEVELS = ['trace', 'debug', 'info', 'warning', 'error', 'fatal']
const LINE =
  /^Generated default admin API key: ([0-9A-Za-z]{32})\nIMPORTANT: Save this key securely\. It will not be shown again\.$/m

describe('first key', () => {
  it.each(LEVELS)('is printed at log_level %s, and works', async level => {
    const server = await startServer({ srt: { log_level: level }, readyBy: 'health' })
    expect(server.child.stdout).toMatch(LINE)
    expect((await server.api('GET', '/api/stream-ids')).status).toBe(200)
  })

  it('is printed on standard output when the log goes to a file, and not into that file', async () => {
    const server = await startServer({ srt: { log_file: 'sls.log' }, readyBy: 'health' })
    expect(server.child.stdout).toMatch(LINE)
    expect(server.readFile('sls.log')).not.toContain(server.adminKey)
    expect(server.readFile('sls.log')).toContain('"msg":"ready"')
  })

  it('is made once', async () => {
    const first = await startServer()
    await first.stop()
    const again = await startServer({ folder: first.folder, ports: first.ports, adminKey: first.adminKey })
    expect(again.child.stdout).not.toContain('Generated default admin API key')
    expect((await again.api('GET', '/api/stream-ids')).status).toBe(200)
  })

  it('is replaced by sls keys reset-admin, also while the server runs', async () => {
    const server = await startServer()
    const { stdout, code } = await server.cli('-c', server.confFile, 'keys', 'reset-admin')
    expect(code).toBe(0)
    const key = /New admin API key: ([0-9A-Za-z]{32})/.exec(stdout)?.[1]
    await expect
      .poll(
        async () =>
          (await server.request('GET', '/api/stream-ids', { headers: { authorization: `Bearer ${key}` } }))
            .status,
        {
          timeout: 10_000,
        },
      )
      .toBe(200)
  })

  it('is never made when the database cannot be opened', async () => {
    const server = await spawnServer({ srt: { database_path: '/proc/nowhere/streams.db' } })
    expect(await server.exit).toMatchObject({ code: 74 })
    expect(server.child.stdout).not.toContain('Generated')
    expect(server.child.stderr).toContain('/proc/nowhere/streams.db')
  })
})
