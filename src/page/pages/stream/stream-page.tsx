import { useEffect } from 'preact/hooks'
import { type Data, get, path } from '../../api/client.ts'
import type { StreamId } from '../../api/types.ts'
import { LinkButton } from '../../components/button.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { useResource } from '../../lib/use-resource.ts'
import { live, stateOf, watchLive } from '../../state/live.ts'
import { Connect } from './connect.tsx'
import { StreamHead } from './head.tsx'
import { Overview } from './overview.tsx'
import { SessionHistory } from './session-history.tsx'
import { SettingsForm } from './settings-form.tsx'
import { type Tab, Tabs, tabOf } from './tabs.tsx'
import './stream.css'

const EVERY_MS = 30_000

interface OpenTabProps {
  tab: Tab
  row: StreamId
  onChanged: () => void
}

function OpenTab({ tab, row, onChanged }: OpenTabProps) {
  switch (tab) {
    case 'overview':
      return <Overview row={row} />
    case 'connect':
      return <Connect row={row} onChanged={onChanged} />
    case 'settings':
      return <SettingsForm key={row.updated_at ?? ''} row={row} onChanged={onChanged} />
    case 'history':
      return <SessionHistory player={row.player} />
  }
}

/** Everything about one player stream ID and the publisher behind it. */
export function StreamPage({ rest }: { rest: readonly string[] }) {
  const [player = '', tabName] = rest
  const tab = tabOf(tabName)
  useEffect(() => watchLive(), [])
  const load = async (signal: AbortSignal) => {
    const { data } = await get<Data<StreamId>>(path('stream-ids', player), { signal })
    return data
  }
  const resource = useResource(load, { everyMs: EVERY_MS, on: [player] })
  if (resource.data === undefined && resource.error?.status === 404) {
    return (
      <div class="empty">
        <h1 tabIndex={-1}>No such stream</h1>
        <p class="muted">
          There is no player stream ID <code>{player}</code>, or this key may not see it.
        </p>
        <LinkButton href="#/streams" icon="back">
          All streams
        </LinkButton>
      </div>
    )
  }
  return (
    <Loaded of={resource} what="The stream">
      {row => {
        const session = live.value.publishers.get(row.publisher)
        return (
          <>
            <StreamHead row={row} state={stateOf(session, row)} />
            <Tabs player={player} current={tab} />
            <OpenTab tab={tab} row={row} onChanged={resource.reload} />
          </>
        )
      }}
    </Loaded>
  )
}
