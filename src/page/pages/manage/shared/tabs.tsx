import { hrefOf } from '../../../state/route.ts'

interface TabsProps {
  /** What they choose from; for screen readers. */
  label: string
  /** First segment of the address of all of them. */
  page: string
  tabs: readonly { id: string; title: string }[]
  /** The id of the one that is shown; '' is the first one's. */
  current: string
}

/** Parts of a page that have addresses of their own. */
export function Tabs({ label, page, tabs, current }: TabsProps) {
  return (
    <nav class="page-tabs" aria-label={label}>
      {tabs.map(({ id, title }) => (
        <a
          key={id}
          href={id === '' ? hrefOf(page) : hrefOf(page, id)}
          aria-current={id === current ? 'page' : undefined}
        >
          {title}
        </a>
      ))}
    </nav>
  )
}
