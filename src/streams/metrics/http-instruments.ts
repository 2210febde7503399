import { Counter, Histogram, type Registry } from 'prom-client'

export interface AnsweredRequest {
  method: string
  /** The pattern of the route table, or 'none'. */
  route: string
  statusCode: number
  durationMs: number
}

// A client may send any word; each would be a series for ever.
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
/** Seconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

export function httpInstruments(registry: Registry): (request: AnsweredRequest) => void {
  const registers = [registry]
  const requests = new Counter({
    name: 'sls_http_requests_total',
    help: 'HTTP requests answered.',
    labelNames: ['method', 'route', 'status'],
    registers,
  })
  const duration = new Histogram({
    name: 'sls_http_request_duration_seconds',
    help: 'From the arrival of a request to the end of its answer.',
    labelNames: ['method', 'route'],
    buckets: BUCKETS,
    registers,
  })
  return ({ method: asked, route, statusCode, durationMs }) => {
    const method = METHODS.has(asked) ? asked : 'other'
    requests.inc({ method, route, status: statusCode })
    duration.observe({ method, route }, Math.max(0, durationMs) / 1000)
  }
}
