import type { HttpDeps } from '../deps.ts'
import { sendJson } from '../json.ts'
import type { RouteHandler } from '../route-spec.ts'

export function health({ version, clock, draining }: HttpDeps): RouteHandler {
  const startedAtMs = clock.monotonicMs()
  return (_request, reply) => {
    const uptime = Math.floor((clock.monotonicMs() - startedAtMs) / 1000)
    const isDraining = draining()
    const status = isDraining ? 'draining' : 'ok'
    return sendJson(reply, isDraining ? 503 : 200, { service: 'srt-live-server', status, uptime, version })
  }
}
