import { readFileSync } from 'node:fs'

/** Datagrams that the kernel threw away because nobody read them in time, of all UDP sockets on a port (proc(5)). */
export function udpDrops(port: number): number {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const rows = ['/proc/net/udp', '/proc/net/udp6'].flatMap(file => readFileSync(file, 'utf8').split('\n'))
  return rows
    .map(row => row.trim().split(/\s+/))
    .filter(fields => fields[1]?.endsWith(suffix))
    .reduce((sum, fields) => sum + Number(fields.at(-1)), 0)
}
