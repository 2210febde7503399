import { Component, type ComponentChildren } from 'preact'
import { Button } from '../components/button.tsx'
import { Empty } from '../components/empty.tsx'

/** A fault of the page itself stays within the part it happened in, and asks nothing of the server. */
export class Boundary extends Component<{ children: ComponentChildren }, { isFailed: boolean }> {
  override state = { isFailed: false }

  static override getDerivedStateFromError() {
    return { isFailed: true }
  }

  override render() {
    if (!this.state.isFailed) return this.props.children
    const reload = (
      <Button kind="primary" icon="refresh" onClick={() => location.reload()}>
        Load the page anew
      </Button>
    )
    return (
      <Empty icon="alert" title="This page has failed" action={reload}>
        It is a fault of the page, not of your streams: they go on.
      </Empty>
    )
  }
}
