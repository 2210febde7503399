import { describe, expect, it } from 'vitest'
import { Listeners } from '../../../src/app/listeners.ts'
import { engineSpec, hooksOf, listenerSpecs } from '../../../src/app/specs.ts'
import { type Config, parseConfig } from '../../../src/config/config.ts'
import type { ListenerSpec } from '../../../src/engine/contract.ts'
import { Log } from '../../../src/lib/logger.ts'

function config(server: string, srt = ''): Config {
  const text = `srt { ${srt} server { listen_player 4000; listen_publisher 4001; ${server} } }`
  const result = parseConfig({ text, source: 'test', env: {} })
  if (!('config' in result)) throw new Error(result.problems.map(problem => problem.text).join('\n'))
  return result.config
}

const specs = (server: string) => listenerSpecs(config(server), host => host)

function recorder() {
  const calls: string[] = []
  const broken = new Set<number>()
  const engine = {
    open(spec: ListenerSpec) {
      if (broken.has(spec.port)) throw new Error('port taken')
      calls.push(`open ${spec.name} ${spec.latencyMinMs}`)
    },
    close: (name: string) => calls.push(`close ${name}`) > 0,
    configure: (name: string) => calls.push(`configure ${name}`) > 0,
  }
  const log = new Log({ level: 'fatal', file: '' }, { write: () => undefined })
  return { calls, broken, listeners: new Listeners(engine, log.root) }
}

describe('specs', () => {
  it('of a configuration: ports, floors, policy', () => {
    const [player, publisher, srtla] = specs(
      'listen_publisher_srtla 4002; latency_min 200; idle_streams_timeout 0; passphrase 0123456789; pbkeylen 24;',
    )
    expect(player).toMatchObject({ name: 'play:4000', role: 'play', latencyMinMs: 0, reorderTolerant: false })
    expect(publisher).toMatchObject({
      name: 'publish:4001',
      role: 'publish',
      latencyMinMs: 200,
      reorderTolerant: false,
    })
    expect(srtla).toMatchObject({ name: 'publish-srtla:4002', role: 'publish', reorderTolerant: true })
    expect(publisher).toMatchObject({
      idleTimeoutMs: -1,
      lingerMs: 10_000,
      takeoverAfterMs: 1000,
      approval: 'granted',
    })
    expect(publisher).toMatchObject({ passphrase: '0123456789', keyLengthBytes: 24 })
  })

  it('of the engine: connections for all workers', () => {
    const spec = engineSpec(config('', 'worker_threads 3; worker_connections 100; ring_size 1m;'))
    expect(spec).toMatchObject({
      workerCount: 3,
      maxConnections: 300,
      ringBytes: 1 << 20,
      transport: 'direct',
      relayMode: 'cut_through',
    })
  })

  it('of the engine: the relay mode is the transport’s unless it is set', () => {
    expect(engineSpec(config('', 'transport direct;')).relayMode).toBe('cut_through')
    expect(engineSpec(config('', 'transport libsrt;')).relayMode).toBe('timed')
    expect(engineSpec(config('', 'transport direct; relay_mode timed;')).relayMode).toBe('timed')
  })

  it('of the engine: what the direct transport alone reads', () => {
    const usual = engineSpec(config('', 'transport direct;'))
    expect(usual).toMatchObject({ egressBatchMs: 8, isPlayerLatencyFloor: true, maxRexmitPercent: 100 })
    expect(usual).toMatchObject({ udpSend: 'segment', isPortShared: true })
    const set =
      'egress_batch_ms 0; player_latency_floor off; max_rexmit_percent 250; udp_send single; port_sharing off;'
    const changed = engineSpec(config('', `transport direct; ${set}`))
    expect(changed).toMatchObject({ egressBatchMs: 0, isPlayerLatencyFloor: false, maxRexmitPercent: 250 })
    expect(changed).toMatchObject({ udpSend: 'single', isPortShared: false })
  })

  it('of hooks: by listener', () => {
    const hooks = hooksOf(
      config('on_event_url http://127.0.0.1/hook; on_event_timeout 700; srt_host 127.0.0.1;'),
    )
    expect([...hooks.keys()]).toEqual(['play:127.0.0.1:4000', 'publish:127.0.0.1:4001'])
    expect(hooks.get('play:127.0.0.1:4000')).toEqual({ url: 'http://127.0.0.1/hook', timeoutMs: 700 })
  })
})

describe('listeners', () => {
  it('change only what differs', () => {
    const { calls, listeners } = recorder()
    listeners.openAll(specs('latency_min 100;'))
    calls.length = 0
    expect(listeners.change(specs('latency_min 100;'))).toMatchObject({
      configured: [],
      reopened: [],
      failed: [],
    })
    expect(calls).toEqual([])
    expect(listeners.change(specs('latency_min 100; idle_streams_timeout 99;')).configured).toEqual([
      'play:4000',
      'publish:4001',
    ])
    expect(calls).toEqual(['configure play:4000', 'configure publish:4001'])
    calls.length = 0
    expect(listeners.change(specs('latency_min 300; idle_streams_timeout 99;')).reopened).toEqual([
      'publish:4001',
    ])
    expect(calls).toEqual(['close publish:4001', 'open publish:4001 300'])
  })

  it('open new ports before old ones are closed', () => {
    const { calls, listeners } = recorder()
    listeners.openAll(specs('listen_publisher_srtla 4002;'))
    calls.length = 0
    const changes = listeners.change(specs('listen_publisher_srtla 4003;'))
    expect(changes).toMatchObject({ opened: ['publish-srtla:4003'], closed: ['publish-srtla:4002'] })
    expect(calls).toEqual(['open publish-srtla:4003 0', 'close publish-srtla:4002'])
  })

  it('put the old port back when the new one cannot be opened', () => {
    const { calls, broken, listeners } = recorder()
    listeners.openAll(specs('latency_min 100;'))
    calls.length = 0
    broken.add(4001)
    const changes = listeners.change(specs('latency_min 300;'))
    expect(changes.failed).toEqual([{ name: 'publish:4001', reason: 'port taken' }])
    broken.delete(4001)
    expect(listeners.change(specs('latency_min 300;')).opened).toEqual(['publish:4001'])
    expect(calls).toEqual(['close publish:4001', 'open publish:4001 300'])
  })
})
