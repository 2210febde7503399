import { Empty } from '../components/empty.tsx'

/** Until a page is there. */
export function Placeholder() {
  return <Empty title="Nothing here yet" />
}
