import type { HttpDeps } from '../../deps.ts'

/** What /health and /ready say of the program. */
export function aboutServer({
  version,
  clock,
}: Pick<HttpDeps, 'version' | 'clock'>): () => { service: string; uptime: number; version: string } {
  const startedAtMs = clock.monotonicMs()
  return () => ({
    service: 'srt-live-server',
    uptime: Math.floor((clock.monotonicMs() - startedAtMs) / 1000),
    version,
  })
}
