import { describe, expect, it } from 'vitest'
import { type Server, startServer } from '../support/server.ts'
import { publish } from '../support/srt-peers.ts'
import { until } from '../support/wait.ts'

interface Directive {
  name: string
  value: string | null
  source: string
  [field: string]: unknown
}

async function directive(server: Server, name: string): Promise<Directive> {
  const { body } = await server.api('GET', '/api/config')
  const found = (body as { data: Directive[] }).data.find(each => each.name === name)
  if (found === undefined) throw new Error(`GET /api/config has no ${name}`)
  return found
}

describe('configuration over the API', () => {
  it('shows every directive with its origin, secrets masked', async () => {
    const server = await startServer({
      server: { passphrase: 'correct horse battery' },
      env: { SLS_ACCESS_LOG_RETENTION_DAYS: '7' },
    })
    expect(await directive(server, 'access_log_retention_days')).toMatchObject({
      value: '7',
      source: 'environment',
    })
    expect(await directive(server, 'worker_connections')).toMatchObject({ value: '400', source: 'file' })
    expect(await directive(server, 'shutdown_timeout')).toMatchObject({ source: 'default', place: null })
    const { body } = await server.api('GET', '/api/config')
    expect(JSON.stringify(body)).not.toContain('correct horse')
  })

  it('changes what is live at once: log level, rate limit, takeover', async () => {
    const server = await startServer()
    await server.addStream('cam', 'view')
    const first = publish({ port: server.ports.publisher, streamId: 'cam' })
    await first.waitFor('connected')
    const changed = await server.api('PATCH', '/api/config', {
      log_level: 'debug',
      publisher_takeover_after: 300,
      rate_limit_stats: 5,
    })
    expect(changed.status, JSON.stringify(changed.body)).toBe(200)
    await server.stats('view')
    await until(() => server.log.some(line => line.level === 'debug'), {
      deadlineMs: 5000,
      what: 'a debug line',
    })
    const codes: number[] = []
    for (let i = 0; i < 6; i++) codes.push((await server.stats('view')).status)
    expect(codes.at(-1)).toBe(429)
    first.sigstop()
    const second = publish({ port: server.ports.publisher, streamId: 'cam', connectTimeoutMs: 3000 })
    await until(() => second.events.some(event => event.event !== 'progress'), {
      deadlineMs: 10_000,
      what: 'an answer',
    })
    first.sigcont()
    const audit = await server.api('GET', '/api/audit-logs?action=config.changed')
    expect(JSON.stringify(audit.body)).toContain('publisher_takeover_after')
    await Promise.allSettled([first.stop(), second.stop()])
  })

  it('refuses what is unknown, wrong or not live, and changes nothing then', async () => {
    const server = await startServer()
    const cases: [Record<string, unknown>, string][] = [
      [{ log_levle: 'debug' }, 'CONFIG_INVALID'],
      [{ log_level: 'debug', rate_limit_api: 0 }, 'CONFIG_INVALID'],
      [{ log_level: 'debug', http_port: 9000 }, 'CONFIG_NOT_LIVE'],
    ]
    for (const [values, code] of cases) {
      const { status, body } = await server.api('PATCH', '/api/config', values)
      expect([status, body]).toMatchObject([400, { code, status: 'error' }])
    }
    expect(await directive(server, 'log_level')).toMatchObject({ value: 'info', source: 'file' })
  })

  it('lasts until the restart, or with persist beyond it; a reload keeps it; null takes it back', async () => {
    const server = await startServer()
    await server.api('PATCH', '/api/config', { rate_limit_api: 501 })
    await server.api('PATCH', '/api/config', { rate_limit_config: 502, persist: true })
    server.signal('SIGHUP')
    await until(() => server.log.some(line => line.msg === 'reloaded'), {
      deadlineMs: 10_000,
      what: 'the reload',
    })
    expect(await directive(server, 'rate_limit_api')).toMatchObject({ value: '501', source: 'api' })
    const { adminKey } = server
    await server.stop()

    const again = await startServer({ folder: server.folder, ports: server.ports, adminKey })
    expect(await directive(again, 'rate_limit_api')).toMatchObject({ value: '1000', source: 'file' })
    expect(await directive(again, 'rate_limit_config')).toMatchObject({
      value: '502',
      source: 'api',
      persisted: true,
    })
    await again.api('PATCH', '/api/config', { rate_limit_config: null, persist: true })
    expect(await directive(again, 'rate_limit_config')).toMatchObject({ value: '1000', source: 'file' })
  })
})
