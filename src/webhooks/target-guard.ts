import { isIP } from 'node:net'
import { specialKind } from './address-kinds.ts'

export interface TargetGuardOptions {
  /** webhook_networks: addresses and CIDR blocks that may be called although they aren't public. Asked each time. */
  allowed: () => readonly string[]
  /** Whether an address is in one of some networks. */
  contains: (networks: readonly string[], address: string) => boolean
}

/** Keeps webhooks from reaching what only this host or its network can reach. */
export class TargetGuard {
  readonly #options: TargetGuardOptions

  constructor(options: TargetGuardOptions) {
    this.#options = options
  }

  /** Why an IP address must not be called, e.g. 'must not lead to …'; undefined: it may be. */
  addressProblem(address: string): string | undefined {
    const kind = specialKind(address)
    if (kind === undefined) return undefined
    const allowed = this.#options.allowed()
    // To a check of networks, none at all can mean everywhere.
    const isAllowed = allowed.length > 0 && isIP(address) !== 0 && this.#options.contains(allowed, address)
    if (isAllowed) return undefined
    return `must not lead to ${address}, ${kind} address; webhook_networks can allow it`
  }

  /** As addressProblem(), for a URL whose host is an address; undefined also for a name: that is looked at when called. */
  urlProblem(url: URL): string | undefined {
    const host = hostOf(url)
    return isIP(host) === 0 ? undefined : this.addressProblem(host)
  }
}

/** Name or address, IPv6 without brackets. */
export const hostOf = ({ hostname }: URL) => hostname.replace(/^\[(.*)\]$/, '$1')
