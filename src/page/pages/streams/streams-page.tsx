import { PageHead } from '../../components/section.tsx'

export function StreamsPage() {
  return <PageHead title="Streams" />
}
