import { BlockList, isIP, isIPv4 } from 'node:net'

const MAPPED_PREFIX_BITS = 96

/** What is wrong with an IP address or CIDR block, e.g. 'must be …'; undefined: nothing. As strict as the data plane. */
export function networkProblem(text: string): string | undefined {
  const [, ip = '', , prefix] = /^([^/%]+)(\/(\d|[1-9]\d{1,2}))?$/.exec(text) ?? []
  const family = isIP(ip)
  const isInRange = family !== 0 && (prefix === undefined || Number(prefix) <= (family === 4 ? 32 : 128))
  if (!isInRange) return 'must be an IP address or a CIDR block, such as 192.0.2.0/24 or 2001:db8::/32'
  // Taken literally it would hold the whole of IPv4.
  if (family === 6 && isMapped(ip) && Number(prefix ?? 128) < MAPPED_PREFIX_BITS)
    return 'must be an IPv4 block in plain notation'
  return undefined
}

/** ::ffff:0:0/96, in whatever spelling: WHATWG URL 3.5 has one for each address. */
const isMapped = (ipv6: string) =>
  /^\[::ffff:[\da-f]{1,4}:[\da-f]{1,4}\]$/.test(new URL(`http://[${ipv6}]`).hostname)

/** Of an address that is one. */
export const familyOf = (address: string) => (isIPv4(address) ? 'ipv4' : 'ipv6')

/** Of addresses and CIDR blocks that have been checked. */
export function blockListOf(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [ip = '', prefix] = network.split('/')
    if (prefix === undefined) list.addAddress(ip, familyOf(ip))
    else list.addSubnet(ip, Number(prefix), familyOf(ip))
  }
  return list
}

/** Whether an address is in one of the networks; no network at all means everywhere. */
export type NetworkCheck = (networks: readonly string[], address: string) => boolean

/** Remembers each list as long as it lives: thousands of sessions are judged by it with each change of the table. */
export function networkCheck(): NetworkCheck {
  const known = new WeakMap<readonly string[], BlockList>()
  return (networks, address) => {
    if (networks.length === 0) return true
    if (isIP(address) === 0) return false
    const list = known.get(networks) ?? blockListOf(networks)
    known.set(networks, list)
    return list.check(address, familyOf(address))
  }
}
