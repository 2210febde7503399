import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tempFolder } from '../fixtures/temp-folder.ts'
import { Child } from '../support/child.ts'
import { endWithTest } from '../support/end-with-test.ts'
import { freeTcpPort } from '../support/ports.ts'
import { startServer } from '../support/server.ts'
import { publish } from '../support/srt-peers.ts'
import { mediaTool, ROOT } from '../support/tools.ts'
import { until } from '../support/wait.ts'

const TOKEN = 'metrics-token-0123456789'

const conf = (name: string) => readFileSync(join(ROOT, 'conf', name), 'utf8')

interface Rule {
  name: string
  health: string
}

describe('a real Prometheus', () => {
  it('scrapes the server with the configuration that comes along, and evaluates the rules', async () => {
    const server = await startServer({ srt: { metrics_token: TOKEN } })
    await server.addStream('cam', 'view')
    const source = publish({ port: server.ports.publisher, streamId: 'cam' })
    await source.waitFor('connected')

    const folder = tempFolder()
    const text = conf('prometheus.yml')
      .replace(/localhost:8080|127\.0\.0\.1:8080/, `127.0.0.1:${server.ports.http}`)
      .replace(/scrape_interval: \S+/, 'scrape_interval: 1s')
      .replace(/evaluation_interval: \S+/, 'evaluation_interval: 1s')
      .replace(/credentials(_file)?: .*/, `credentials: ${TOKEN}`)
      .replace(/scrape_timeout: \S+/, 'scrape_timeout: 1s')
    expect(text).toContain(String(server.ports.http))
    expect(text).toContain(TOKEN)
    writeFileSync(join(folder, 'prometheus.yml'), text)
    writeFileSync(join(folder, 'prometheus-rules.yml'), conf('prometheus-rules.yml'))
    const port = await freeTcpPort()
    const prometheus = new Child(mediaTool('prometheus'), [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ])
    endWithTest(() => prometheus.kill().then(() => undefined))
    const ask = async <T>(path: string): Promise<T | undefined> => {
      try {
        const answer = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`)
        // Its HTTP API is versioned; what a wrong shape would give is seen below.
        return answer.ok ? ((await answer.json()) as { data: T }).data : undefined
      } catch {
        return undefined
      }
    }
    const current = async (query: string) => {
      const data = await ask<{ result: { value: [number, string] }[] }>(
        `query?query=${encodeURIComponent(query)}`,
      )
      return data?.result[0]?.value[1]
    }
    await until(async () => (await current('sls_stream_up{stream="view"}')) === '1', {
      deadlineMs: 60_000,
      what: `the stream in Prometheus\n${prometheus.output}`,
    })
    await until(async () => Number(await current('rate(sls_relay_received_bytes_total[30s])')) > 0, {
      deadlineMs: 30_000,
      what: 'a rate of received bytes',
    })
    const rules = await until(
      async () => {
        const data = await ask<{ groups: { rules: Rule[] }[] }>('rules')
        const list = (data?.groups ?? []).flatMap(group => group.rules)
        return list.length > 0 && list.every(rule => rule.health !== 'unknown') ? list : undefined
      },
      { deadlineMs: 60_000, what: 'every rule evaluated' },
    )
    expect(rules.filter(rule => rule.health !== 'ok')).toEqual([])
    await source.stop()
  })
})
