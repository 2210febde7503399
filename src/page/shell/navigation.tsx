import { Icon } from '../components/icon.tsx'
import { pagesOf } from '../pages/registry.tsx'
import { hrefOf, route } from '../state/route.ts'
import type { Identity } from '../state/session.ts'

export function Navigation({ identity, onChosen }: { identity: Identity; onChosen?: () => void }) {
  const { page } = route.value
  const pages = pagesOf(identity)
  const current = page === '' ? 'streams' : (pages.find(({ id }) => id === page)?.parent ?? page)
  return (
    <nav aria-label="Pages">
      <ul class="nav">
        {pages
          .filter(({ parent }) => parent === undefined)
          .map(({ id, title, icon }) => (
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
