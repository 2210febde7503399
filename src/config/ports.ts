import { BlockList, isIPv4 } from 'node:net'
import type { Place } from './problem.ts'
import { fail, type Report } from './report.ts'
import type { ResolvedBlock } from './resolve.ts'

interface Bound {
  readonly name: string
  readonly host: string
  readonly place: Place
}

const PORTS = ['listen_player', 'listen_publisher', 'listen_publisher_srtla']

/** A UDP port can be bound once on each address: reports each further use. */
export function checkPorts(servers: readonly ResolvedBlock[], report: Report): void {
  const bound = new Map<number, Bound[]>()
  for (const server of servers) {
    const host = server.get('srt_host')?.value
    // An address that was refused has its own problem.
    if (typeof host !== 'string') continue
    for (const name of PORTS) {
      const { value: port, place } = server.get(name) ?? {}
      if (typeof port !== 'number' || place === undefined) continue
      const others = bound.get(port) ?? []
      const other = others.find(each => overlap(each.host, host))
      if (other !== undefined) reportTaken(port, { name, host, place }, other, report)
      bound.set(port, [...others, { name, host, place }])
    }
  }
}

function reportTaken(port: number, { name, place }: Bound, other: Bound, report: Report): void {
  if (
    place.line === other.place.line &&
    place.column === other.place.column &&
    place.file === other.place.file
  ) {
    fail(
      report,
      place,
      `UDP port ${port} of ${name} holds for several server blocks`,
      'write it in each of them',
    )
    return
  }
  const { file, line } = other.place
  const where = line === 0 ? `from ${file}` : `on line ${line}`
  const hint = 'give each listen directive a port of its own'
  fail(report, place, `UDP port ${port} of ${name} is taken by ${other.name} ${where}`, hint)
}

/** Whether two sockets on these addresses would get in each other's way. '::' takes IPv4 too. */
function overlap(a: string, b: string): boolean {
  if (isSame(a, '::') || isSame(b, '::') || isSame(a, b)) return true
  return (a === '0.0.0.0' && isV4(b)) || (b === '0.0.0.0' && isV4(a))
}

const isV4 = (host: string) => isIPv4(host) || /^::ffff:/i.test(host)

/** Whatever way they are written: `::ffff:10.0.0.1` is 10.0.0.1. */
function isSame(a: string, b: string): boolean {
  const list = new BlockList()
  list.addAddress(a, isIPv4(a) ? 'ipv4' : 'ipv6')
  return list.check(b, isIPv4(b) ? 'ipv4' : 'ipv6')
}
