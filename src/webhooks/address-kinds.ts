import { BlockList, isIP, isIPv4 } from 'node:net'

type Kind = readonly [kind: string, networks: readonly string[]]

/** What isn't for everybody. Source: IANA IPv4 Special-Purpose Address Registry, RFC 6890. */
const IPV4: readonly Kind[] = [
  ['an unspecified', ['0.0.0.0/8']],
  ['a loopback', ['127.0.0.0/8']],
  ['a private', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16']],
  ['a shared (CGNAT)', ['100.64.0.0/10']],
  ['a link-local', ['169.254.0.0/16']],
  ['a reserved', ['192.0.0.0/24', '192.88.99.0/24', '240.0.0.0/4']],
  ['a documentation', ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24']],
  ['a benchmark', ['198.18.0.0/15']],
  ['a multicast', ['224.0.0.0/4']],
]

/** Only to name them: whatever is outside 2000::/3 is refused in any case. */
const IPV6_NAMED: readonly Kind[] = [
  ['an unspecified', ['::/128']],
  ['a loopback', ['::1/128']],
  ['an IPv4-mapped', ['::ffff:0:0/96']],
  ['an IPv4-translated', ['::ffff:0:0:0/96']],
  ['an IPv4-compatible', ['::/96']],
  ['a NAT64', ['64:ff9b::/96', '64:ff9b:1::/48']],
  ['a private', ['fc00::/7']],
  ['a link-local', ['fe80::/10']],
  ['a site-local', ['fec0::/10']],
  ['a multicast', ['ff00::/8']],
]

/** What isn't for everybody inside 2000::/3. Source: IANA IPv6 Special-Purpose Address Registry. */
const IPV6_GLOBAL: readonly Kind[] = [
  ['a Teredo', ['2001::/32']],
  ['a reserved', ['2001::/23']],
  ['a documentation', ['2001:db8::/32', '3fff::/20']],
  ['a 6to4', ['2002::/16']],
]

type Family = 'ipv4' | 'ipv6'

function listOf(networks: readonly string[], family: Family): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [ip = '', prefix] = network.split('/')
    list.addSubnet(ip, Number(prefix), family)
  }
  return list
}

const compiled = (kinds: readonly Kind[], family: Family) =>
  kinds.map(([kind, networks]) => ({ kind, list: listOf(networks, family) }))

const ipv4 = compiled(IPV4, 'ipv4')
const ipv6 = compiled([...IPV6_NAMED, ...IPV6_GLOBAL], 'ipv6')
const GLOBAL_UNICAST = listOf(['2000::/3'], 'ipv6')

/** E.g. 'a loopback', for an address that not everybody on the Internet can have; undefined: it is a public one. */
export function specialKind(address: string): string | undefined {
  if (isIPv4(address)) return ipv4.find(({ list }) => list.check(address, 'ipv4'))?.kind
  // An address with a zone is one of this host's own links.
  if (isIP(address) === 0 || address.includes('%')) return 'not a public'
  const kind = ipv6.find(({ list }) => list.check(address, 'ipv6'))?.kind
  return kind ?? (GLOBAL_UNICAST.check(address, 'ipv6') ? undefined : 'a reserved')
}
