import { type LookupAddress, type LookupOptions, promises } from 'node:dns'
import { Slots } from './slots.ts'
import type { TargetGuard } from './target-guard.ts'

/** All addresses of a name; who waits for its turn gives up with the signal. */
export type Resolve = (host: string, signal: AbortSignal) => Promise<readonly LookupAddress[]>

/** getaddrinfo() blocks a thread of a pool of four, which on_event_url needs too. */
const lookups = new Slots(2)

/** As the system does it, with its hosts file and search domains. */
export const systemResolve: Resolve = async (host, signal) => {
  const release = await lookups.take(signal)
  if (release === undefined) throw new Error('nobody waits for the addresses any more')
  try {
    return await promises.lookup(host, { all: true })
  } finally {
    release()
  }
}

/** The addresses that were found must not be called. */
export class TargetRefused extends Error {}

type Callback = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family?: number,
) => void

export interface GuardedLookupOptions {
  guard: Pick<TargetGuard, 'addressProblem'>
  resolve: Resolve
  signal: AbortSignal
}

/** For the socket of one call: it gets addresses that were checked, and connects to these and no others. */
export function guardedLookup({ guard, resolve, signal }: GuardedLookupOptions) {
  const find = async (host: string): Promise<[LookupAddress, ...LookupAddress[]]> => {
    const found = await resolve(host, signal)
    const [first, ...others] = found.filter(({ address }) => guard.addressProblem(address) === undefined)
    if (first !== undefined) return [first, ...others]
    const problem = found.map(({ address }) => guard.addressProblem(address))[0]
    throw new TargetRefused(problem ?? 'must lead to an address')
  }
  return (host: string, { all }: LookupOptions, callback: Callback): void => {
    find(host).then(
      found => (all ? callback(null, found) : callback(null, found[0].address, found[0].family)),
      (error: unknown) => callback(error instanceof Error ? error : new Error('no address'), []),
    )
  }
}
