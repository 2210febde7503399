import { BlockList, isIP } from 'node:net'
import rateLimit from '@fastify/rate-limit'
import type { FastifyRequest } from 'fastify'
import { blockListOf, familyOf } from '../access/networks.ts'

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i

/** The bare IP address, IPv4 never in its IPv6-mapped form; undefined: it is none. Takes `1.2.3.4:5` and `[::1]:5`. */
export function bareAddress(text: string): string | undefined {
  const trimmed = text.trim()
  const inBrackets = /^\[([^\]]*)\](?::\d+)?$/.exec(trimmed)?.[1]
  const beforePort = /^([\d.]+):\d+$/.exec(trimmed)?.[1]
  const address = (inBrackets ?? beforePort ?? trimmed).replace(/%.*$/, '')
  const plain = MAPPED.exec(address)?.[1] ?? address
  return isIP(plain) === 0 ? undefined : plain.toLowerCase()
}

/** Who is behind an address, as far as anybody can tell: a provider hands out whole /64 networks. */
export const ownerOf = (address: string): string => rateLimit.normalizeIP(address, 64)

/** Whether X-Forwarded-For of an address is believed, for Fastify's `trustProxy`; follows a reload. */
export function trustedBy(networks: () => readonly string[]): (address: string) => boolean {
  let known: readonly string[] | undefined
  let list = new BlockList()
  return text => {
    const current = networks()
    if (current !== known) {
      list = blockListOf(current)
      known = current
    }
    const address = bareAddress(text)
    return address !== undefined && list.check(address, familyOf(address))
  }
}

/**
 * The address a request came from: the last one before a proxy that isn't trusted. Where a trusted proxy passes on
 * something that is no address, the proxy itself counts, so that nobody can choose an identity.
 */
export function clientAddress(request: FastifyRequest): string {
  const hops = request.ips ?? [request.ip]
  const last = hops.map(bareAddress).findLast(address => address !== undefined)
  return last ?? request.socket.remoteAddress ?? ''
}
