import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { until } from '../../support/wait.ts'
import { buildMetrics, player } from '../streams/metrics/build.ts'
import { sample } from '../streams/samples.ts'

/** A scrape in which every metric has at least one series. */
export async function fullScrape(): Promise<string> {
  const { world, metrics, connect } = buildMetrics({ maxPlayersOf: () => 5 })
  metrics.observeRequest({ method: 'GET', route: '/stats/*', statusCode: 200, durationMs: 3 })
  connect()
  world.live = [sample(), sample({ connectionId: 2, ...player() })]
  collectGarbage()
  const render = async () => {
    const text = await metrics.render()
    return text.includes('nodejs_gc_duration_seconds_sum{') ? text : undefined
  }
  return until(render, { deadlineMs: 30_000, what: 'the report of a garbage collection' })
}

/** The metrics of the collector begin with its first run. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc()')
}

/** Name -> label names. A histogram is there as its three names. */
export type Exported = ReadonlyMap<string, ReadonlySet<string>>

export function exportedBy(text: string): Exported {
  const names = new Map<string, Set<string>>()
  for (const [, name = '', labels = ''] of text.matchAll(/^([a-z_][\w:]*)(?:\{(.*)\})? \S+$/gm)) {
    const known = names.get(name) ?? new Set<string>()
    names.set(name, known)
    for (const [, label = ''] of labels.matchAll(/(?:^|,)([a-z_]\w*)="(?:[^"\\]|\\.)*"/g)) known.add(label)
  }
  return names
}
