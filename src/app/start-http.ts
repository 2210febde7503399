import type { Config } from '../config/config.ts'
import type { HttpSettings } from '../http/deps.ts'
import { buildServer } from '../http/server.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/logger.ts'
import { packageVersion } from '../lib/package-root.ts'
import { Baselines } from '../streams/baselines.ts'
import type { Parts } from './parts.ts'

export interface HttpOptions {
  config: () => Config
  log: Log
  clock: Clock
  parts: Parts
  isDraining: () => boolean
}

export interface HttpServer {
  listen(at: { host: string; port: number }): Promise<string>
  close(): Promise<void>
}

function settingsOf({ srt }: Config): HttpSettings {
  return {
    corsOrigin: srt.corsHeader,
    trustProxy: srt.trustProxy,
    limits: {
      api: srt.rateLimitApiPerMinute,
      stats: srt.rateLimitStatsPerMinute,
      config: srt.rateLimitConfigPerMinute,
    },
  }
}

/** The REST API over the parts, not yet listening. */
export async function startHttp({ config, log, clock, parts, isDraining }: HttpOptions): Promise<HttpServer> {
  const server = buildServer({
    version: packageVersion(),
    clock,
    log: log.module('http'),
    settings: () => settingsOf(config()),
    draining: isDraining,
    keys: parts.keys,
    streamIds: parts.gatekeeper,
    streams: parts.directory,
    baselines: new Baselines(),
    accessLog: parts.accessLog,
  })
  await server.ready()
  return { listen: at => server.listen(at), close: async () => void (await server.close()) }
}
