import type { Config } from '../config/config.ts'
import type { LiveConfig } from '../config/live.ts'
import type { HttpSettings } from '../http/deps.ts'
import { buildServer, renewCertificate } from '../http/server.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/logger.ts'
import { packageVersion } from '../lib/package-root.ts'
import { Baselines } from '../streams/baselines.ts'
import type { Parts } from './parts.ts'
import type { StorageParts } from './storage.ts'
import { readCertificate } from './tls-files.ts'

export interface HttpOptions {
  config: () => Config
  log: Log
  clock: Clock
  storage: StorageParts
  live: LiveConfig
  parts: Parts
  isDraining: () => boolean
  notReady: () => readonly string[]
}

export interface HttpServer {
  listen(at: { host: string; port: number }): Promise<string>
  close(): Promise<void>
  /** Serves what tls_cert and tls_key hold now. Throws CONFIG_INVALID; then the old ones stay. */
  renewCertificate(config: Config): Promise<void>
}

function settingsOf({ srt, servers }: Config): HttpSettings {
  return {
    authz: srt.authz,
    corsOrigins: srt.corsOrigins,
    trustProxy: srt.trustProxy,
    limits: {
      api: srt.rateLimitApiPerMinute,
      stats: srt.rateLimitStatsPerMinute,
      config: srt.rateLimitConfigPerMinute,
    },
    bursts: { api: srt.rateLimitApiBurst, stats: srt.rateLimitStatsBurst, config: srt.rateLimitConfigBurst },
    metricsToken: srt.metricsToken,
    isPreviewOn: srt.preview,
    isPageOn: srt.page,
    srtPorts: servers.map(({ listenPlayer, listenPublisher, listenPublisherSrtla }) => ({
      player: listenPlayer,
      publisher: listenPublisher,
      publisherSrtla: listenPublisherSrtla ?? null,
    })),
  }
}

/** The REST API over the parts, not yet listening. Throws CONFIG_INVALID for a certificate that is no good. */
export async function startHttp(options: HttpOptions): Promise<HttpServer> {
  const { config, log, clock, storage, live, parts, isDraining, notReady } = options
  const logger = log.module('http')
  const tls = await readCertificate(config())
  const server = buildServer({
    version: packageVersion(),
    clock,
    log: logger,
    settings: () => settingsOf(config()),
    ...(tls === undefined ? {} : { tls }),
    draining: isDraining,
    notReady,
    keys: parts.keys,
    streamIds: parts.streamIds,
    tokens: parts.tokens,
    streams: parts.directory,
    refusals: parts.refusals,
    baselines: new Baselines(),
    accessLog: storage.accessLog,
    audit: storage.audit,
    config: live,
    alerts: parts.alerts,
    annotations: parts.annotations,
    metrics: parts.metrics,
    events: parts.events,
    webhooks: parts.webhooks,
    analytics: parts.analytics.reports,
    publicStatus: parts.analytics.publicStatus,
    previews: parts.previews,
  })
  await server.ready()
  return {
    listen: at => server.listen(at),
    close: async () => void (await server.close()),
    async renewCertificate(next) {
      const renewed = await readCertificate(next)
      // TLS switched on or off takes a restart, which the reload has said.
      if (tls !== undefined && renewed !== undefined) renewCertificate(server, renewed)
    },
  }
}
