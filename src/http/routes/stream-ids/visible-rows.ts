import type { Scope } from '../../../access/scope.ts'
import type { StreamIdDetails, StreamIdFilter, StreamIds } from '../../deps.ts'

type Search = Pick<StreamIdFilter, 'search' | 'publisher'>

const lowered = (text: string) => text.replaceAll(/[A-Z]/g, letter => letter.toLowerCase())

/** Whether a row was found by what the key may see of it. A publisher that it may not know is empty. */
function isFoundByItself(row: StreamIdDetails, { search, publisher }: Search): boolean {
  if (row.publisher !== '') return true
  if (publisher !== undefined) return false
  const texts = [row.player, row.description ?? '']
  return search === undefined || texts.some(text => lowered(text).includes(lowered(search)))
}

/**
 * What a key with this scope finds; one row more than `limit` tells that there is another page. It can't find out the
 * publisher of a row by searching for it, neither by the rows nor by their number.
 */
export async function visibleRows(
  streamIds: Pick<StreamIds, 'find'>,
  filter: StreamIdFilter,
  scope: Scope | null,
): Promise<readonly StreamIdDetails[]> {
  if (scope === null) return streamIds.find(filter, scope)
  const visible: StreamIdDetails[] = []
  let next = filter
  for (;;) {
    const found = await streamIds.find(next, scope)
    visible.push(...found.filter(row => isFoundByItself(row, filter)))
    const last = found.at(-1)
    if (visible.length > filter.limit || found.length <= filter.limit || last === undefined) break
    next = { ...filter, afterId: last.id }
  }
  return visible.slice(0, filter.limit + 1)
}
