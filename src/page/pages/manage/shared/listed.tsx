import type { ComponentChildren } from 'preact'
import { Button } from '../../../components/button.tsx'
import { Loaded } from '../../../components/loaded.tsx'
import type { Pages } from './use-pages.ts'

interface ListedProps<Row> {
  of: Pages<Row>
  /** Names the rows in sentences: 'The audit log'. */
  what: string
  /** In the place of no rows. */
  empty: ComponentChildren
  children: (rows: readonly Row[]) => ComponentChildren
}

/** The rows of a list that comes in pages, and the button for older ones. */
export function Listed<Row>({ of, what, empty, children }: ListedProps<Row>) {
  const { rows, error, reload, hasOlder, isLoadingOlder, loadOlder } = of
  return (
    <Loaded of={{ data: rows, error, reload }} what={what}>
      {shown => (
        <>
          {shown.length === 0 ? empty : children(shown)}
          {hasOlder && (
            <div class="older">
              <Button isBusy={isLoadingOlder} onClick={loadOlder}>
                {isLoadingOlder ? 'Loading …' : 'Show older ones'}
              </Button>
            </div>
          )}
        </>
      )}
    </Loaded>
  )
}
