import { type Data, get } from '../../api/client.ts'
import type { Analytics, AnalyticsPoint, Period } from '../../api/types.ts'
import { Empty } from '../../components/empty.tsx'
import { Graph, type Marker } from '../../components/graph/graph.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { bitrate, bytes, count, duration, localTime, milliseconds, percent } from '../../lib/format.ts'
import { useResource } from '../../lib/use-resource.ts'
import { LEAST_TOPS } from './least-tops.ts'
import { withGaps } from './with-gaps.ts'

const EVERY_MS = 60_000

const seconds = (iso: string) => Date.parse(iso) / 1000

const markersOf = ({ annotations }: Analytics): Marker[] =>
  annotations.map(({ at, until }) => ({
    atS: seconds(at),
    untilS: until === null ? null : seconds(until),
  }))

const wholeOf = (value: number) => count(Math.round(value))

function Totals({ totals }: Analytics) {
  const { live_s, publisher_sessions, player_sessions, watch_s, bytes_in, bytes_out } = totals
  const facts: [string, string][] = [
    ['Live for', duration(live_s)],
    ['Watched for', duration(watch_s)],
    ['Publisher sessions', count(publisher_sessions)],
    ['Player sessions', count(player_sessions)],
    ['Received', bytes(bytes_in)],
    ['Sent', bytes(bytes_out)],
  ]
  return (
    <dl class="facts totals">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function Annotations({ annotations }: Analytics) {
  if (annotations.length === 0) return null
  return (
    <ul class="annotations" aria-label="Annotations">
      {annotations.map(({ id, at, text, author }) => (
        <li key={id}>
          <time dateTime={at} class="number muted">
            {localTime(Date.parse(at))}
          </time>{' '}
          {text} <span class="muted">({author})</span>
        </li>
      ))}
    </ul>
  )
}

function Drawn({ analytics }: { analytics: Analytics }) {
  const points = withGaps(analytics.series, analytics.step_s)
  const timesS = points.map(({ atS }) => atS)
  const range = [seconds(analytics.from), seconds(analytics.to)] as const
  const markers = markersOf(analytics)
  const valuesOf = (of: (point: AnalyticsPoint) => number) =>
    points.map(({ point }) => (point === null ? null : of(point)))
  const common = { timesS, range, markers }
  return (
    <>
      <Totals {...analytics} />
      <div class="graphs">
        <Graph
          {...common}
          title="Bitrate"
          colour={1}
          values={valuesOf(point => point.bitrate_kbps)}
          around={{
            low: valuesOf(point => point.bitrate_min_kbps),
            high: valuesOf(point => point.bitrate_max_kbps),
          }}
          format={bitrate}
          leastTop={LEAST_TOPS.bitrateKbps}
        />
        <Graph
          {...common}
          title="Round trip"
          colour={2}
          values={valuesOf(point => point.rtt_ms)}
          around={{ low: valuesOf(point => point.rtt_ms), high: valuesOf(point => point.rtt_max_ms) }}
          format={milliseconds}
          leastTop={LEAST_TOPS.rttMs}
        />
        <Graph
          {...common}
          title="Packets lost"
          colour={3}
          values={valuesOf(point => point.loss_percent)}
          around={{
            low: valuesOf(point => point.loss_percent),
            high: valuesOf(point => point.loss_max_percent),
          }}
          format={percent}
          leastTop={LEAST_TOPS.lossPercent}
        />
        <Graph
          {...common}
          title="Players"
          colour={4}
          values={valuesOf(point => point.players)}
          around={{ low: valuesOf(point => point.players), high: valuesOf(point => point.players_max) }}
          format={wholeOf}
          leastTop={LEAST_TOPS.players}
        />
      </div>
      <Annotations {...analytics} />
    </>
  )
}

/** What the server has measured over hours or days. */
export function PeriodGraphs({ player, period }: { player: string; period: Period }) {
  const load = async (signal: AbortSignal) =>
    (await get<Data<Analytics>>('/api/analytics', { query: { player, period }, signal })).data
  const resource = useResource(load, { everyMs: EVERY_MS, on: [player, period] })
  return (
    <Loaded of={resource} what="Analytics">
      {analytics =>
        analytics.series.length === 0 ? (
          <Empty title="Nothing was measured in this time">
            The stream was not live, or analytics were off.
          </Empty>
        ) : (
          <Drawn analytics={analytics} />
        )
      }
    </Loaded>
  )
}
