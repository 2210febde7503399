import { hrefOf } from '../../state/route.ts'

const TITLES = {
  overview: 'Overview',
  connect: 'Connect',
  settings: 'Settings',
  history: 'Sessions',
} as const

export type Tab = keyof typeof TITLES

const TABS: readonly Tab[] = ['overview', 'connect', 'settings', 'history']

export const tabOf = (name: string | undefined): Tab => TABS.find(tab => tab === name) ?? 'overview'

/** The parts of a stream's page; each has an address of its own. */
export function Tabs({ player, current }: { player: string; current: Tab }) {
  return (
    <nav class="tabs" aria-label="Parts of this stream">
      {TABS.map(tab => (
        <a
          key={tab}
          href={tab === 'overview' ? hrefOf('stream', player) : hrefOf('stream', player, tab)}
          aria-current={tab === current ? 'page' : undefined}
        >
          {TITLES[tab]}
        </a>
      ))}
    </nav>
  )
}
