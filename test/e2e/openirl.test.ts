import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { OPENIRL_KEYS, writeOpenIrlDatabase } from '../fixtures/openirl.ts'
import { spawnServer } from '../support/server.ts'
import { databaseIn } from '../support/server-conf.ts'
import { play, publish } from '../support/srt-peers.ts'

/** The old server's own sample, with this test's ports and paths. */
const sampleConf = ({
  folder,
  ports,
}: {
  folder: string
  ports: { player: number; publisher: number; publisherSrtla: number; http: number }
}) => `srt {
    worker_threads 1;
    worker_connections 200;

    http_port ${ports.http};
    cors_header *;

    # Database configuration
    database_path ${databaseIn(folder)};

    log_file /dev/stdout;
    log_level info;

    # Rate limiting configuration (requests per minute)
    rate_limit_api 30;      # For API endpoints (stream IDs)
    rate_limit_stats 300;   # For statistics endpoints
    rate_limit_config 20;   # For configuration endpoints (config, API keys)

    server {
        listen_player ${ports.player};
        listen_publisher ${ports.publisher};
        listen_publisher_srtla ${ports.publisherSrtla};

        latency_min 200;    # Minimum allowed latency in ms (0 = no enforcement)
        latency_max 5000;   # Maximum allowed latency in ms (0 = no enforcement)

        backlog 100;
        idle_streams_timeout 15;

        # Publisher specific settings
        publisher_exit_delay 10;
        record_hls off;
        record_hls_segment_duration 10;
    }
}
`

describe('in the place of an OpenIRL server', () => {
  it('its own conf and database work as they are', async () => {
    // A folder of its own; the server that made it has ended by then.
    const { folder, ports, exit } = await spawnServer({ conf: () => 'srt {' })
    await exit
    writeOpenIrlDatabase(databaseIn(folder))
    const server = await spawnServer({
      conf: sampleConf,
      folder,
      ports,
      adminKey: OPENIRL_KEYS.admin,
      // The sample's pid_file is everybody's.
      env: { SLS_PID_FILE: join(folder, 'sls.pid') },
    })
    await server.ready()
    expect(server.child.stdout).not.toContain('Generated default admin API key')
    const warnings = server.log.filter(line => line.level === 'warn').map(line => line.msg)
    expect(warnings.filter(text => text.includes('record_hls')).length).toBe(2)

    const { body } = await server.api('GET', '/api/stream-ids')
    const [first] = (body as { data: { publisher: string; player: string }[] }).data
    if (first === undefined) throw new Error('the fixture has no stream')
    const source = publish({ port: ports.publisher, streamId: first.publisher })
    expect(await source.waitFor('connected')).toMatchObject({ peerLatencyMs: 200 })
    await server.untilLive(first.player)
    const viewer = play({ port: ports.player, streamId: first.player })
    await viewer.waitFor('progress', 15_000, event => event.messages > 20)
    expect(await viewer.finish()).toMatchObject({ gaps: 0, corrupt: 0 })
    expect((await server.stats(first.player, 'legacy=1')).body).toMatchObject({
      publishers: { live: { latency: 200 } },
    })
    await source.stop()
    expect((await server.api('POST', '/api/keys', { name: 'new', permissions: 'read' })).status).toBe(200)
  })

  it('refuses to touch a database of a newer version', async () => {
    const { folder, ports, exit } = await spawnServer({ conf: () => 'srt {' })
    await exit
    const server = await spawnServer({ folder, ports, adminKey: OPENIRL_KEYS.admin })
    await server.ready()
    await server.stop()
    await server.sql("INSERT INTO kysely_migration VALUES ('9999-from-the-future', '2030-01-01')")
    const again = await spawnServer({ folder, ports })
    expect(await again.exit).toMatchObject({ code: 74 })
    expect(again.child.stderr).toContain('newer version')
  })
})
