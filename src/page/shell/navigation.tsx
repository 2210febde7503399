import { Icon } from '../components/icon.tsx'
import { pagesOf } from '../pages/registry.tsx'
import { hrefOf, route } from '../state/route.ts'
import type { Identity } from '../state/session.ts'

/** Addresses that belong to an entry without being it. */
const PARENTS: Record<string, string> = { '': 'streams', stream: 'streams' }

export function Navigation({ identity, onChosen }: { identity: Identity; onChosen?: () => void }) {
  const { page } = route.value
  const current = PARENTS[page] ?? page
  return (
    <nav aria-label="Pages">
      <ul class="nav">
        {pagesOf(identity).map(({ id, title, icon }) => (
          <li key={id}>
            <a href={hrefOf(id)} aria-current={id === current ? 'page' : undefined} onClick={onChosen}>
              <Icon name={icon} />
              {title}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}
