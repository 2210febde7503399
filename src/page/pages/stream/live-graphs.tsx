import type { Session } from '../../api/types.ts'
import { Empty } from '../../components/empty.tsx'
import { Graph } from '../../components/graph/graph.tsx'
import { bitrate, milliseconds, percent } from '../../lib/format.ts'
import { samplesOf } from '../../state/history.ts'
import { LEAST_TOPS } from './least-tops.ts'

/** The axis grows with what is known, from one minute to five. */
const SHOWN_S = { least: 60, most: 300 }

/** What was measured since this page was opened, at most five minutes. */
export function LiveGraphs({ session }: { session: Session | undefined }) {
  if (session === undefined) {
    return (
      <Empty title="Nobody publishes this stream right now">
        Graphs appear here as soon as a publisher connects. The tab Connect has addresses to publish to.
      </Empty>
    )
  }
  const samples = samplesOf(session.id)
  const timesS = samples.map(({ atMs }) => atMs / 1000)
  const endS = timesS.at(-1) ?? Date.now() / 1000
  const knownS = endS - (timesS[0] ?? endS)
  const range = [endS - Math.min(SHOWN_S.most, Math.max(SHOWN_S.least, knownS)), endS] as const
  return (
    <div class="graphs">
      <Graph
        title="Bitrate"
        colour={1}
        timesS={timesS}
        range={range}
        values={samples.map(({ bitrateKbps }) => bitrateKbps)}
        format={bitrate}
        leastTop={LEAST_TOPS.bitrateKbps}
      />
      <Graph
        title="Round trip"
        colour={2}
        timesS={timesS}
        range={range}
        values={samples.map(({ rttMs }) => rttMs)}
        format={milliseconds}
        leastTop={LEAST_TOPS.rttMs}
      />
      <Graph
        title="Packets lost"
        colour={3}
        timesS={timesS}
        range={range}
        values={samples.map(({ lossPercent }) => lossPercent)}
        format={percent}
        leastTop={LEAST_TOPS.lossPercent}
      />
      <Graph
        title="Receive buffer"
        colour={4}
        timesS={timesS}
        range={range}
        values={samples.map(({ bufferMs }) => bufferMs)}
        format={milliseconds}
        leastTop={LEAST_TOPS.bufferMs}
      />
    </div>
  )
}
