import { checkPorts } from './ports.ts'
import type { Place } from './problem.ts'
import { fail, type Report, warn } from './report.ts'
import { activeRows, type Resolved, type ResolvedBlock } from './resolve.ts'

/** What no single value shows: directives that contradict each other, or what this release can't do. */
export function checkTogether(srt: ResolvedBlock, servers: readonly ResolvedBlock[], report: Report): void {
  checkTransport(srt, report)
  checkTls(srt, report)
  checkAuthz(srt, report)
  for (const server of servers) {
    checkLatency(server, report)
    checkEncryption(server, report)
  }
  checkPorts(servers, report)
}

function checkTransport(srt: ResolvedBlock, report: Report): void {
  const transport = srt.get('transport')
  const mode = srt.get('relay_mode')
  if (transport?.value !== 'libsrt') return
  if (mode?.value === 'cut_through') {
    const what =
      'relay_mode cut_through is not possible with transport libsrt, which delivers packets by their time'
    fail(report, mode.place, what, 'write relay_mode timed or transport direct')
  }
  // A default that is written down promises nothing, and sls.conf.example has them all.
  for (const { name, default: byDefault } of activeRows('srt').filter(row => row.onlyDirect)) {
    const set = srt.get(name)
    if (set?.value === undefined || set.value === byDefault) continue
    warn(
      report,
      set.place,
      `${name} has no effect with transport libsrt`,
      'write transport direct or remove it',
    )
  }
}

function checkTls(srt: ResolvedBlock, report: Report): void {
  const [cert, key] = [srt.get('tls_cert'), srt.get('tls_key')]
  // Undefined: it was refused, and that has been said.
  if (typeof cert?.value !== 'string' || typeof key?.value !== 'string') return
  if ((cert.value === '') === (key.value === '')) return
  const [set, unset] = cert.value === '' ? ['tls_key', 'tls_cert'] : ['tls_cert', 'tls_key']
  const [to, from] = cert.value === '' ? [key, cert] : [cert, key]
  fail(
    report,
    placeOfContradiction(to, from),
    `${set} without ${unset}`,
    `set ${unset} too, or remove ${set}`,
  )
}

const AUTHZ_WARNINGS: ReadonlyMap<unknown, string> = new Map([
  ['off', 'authz off: everybody who reaches the REST API may do everything'],
  ['log', 'authz log: requests without a right are let through and recorded'],
])

function checkAuthz(srt: ResolvedBlock, report: Report): void {
  const authz = srt.get('authz')
  const what = AUTHZ_WARNINGS.get(authz?.value)
  if (authz !== undefined && what !== undefined)
    warn(report, authz.place, what, 'write authz on to ask for API keys')
}

/** Where to mend what two directives do together: at the one that the API has set, as the file was right without it. */
function placeOfContradiction(first: Resolved, second: Resolved): Place {
  return first.source !== 'api' && second.source === 'api' ? second.place : first.place
}

function checkLatency(server: ResolvedBlock, report: Report): void {
  const min = server.get('latency_min')
  const max = server.get('latency_max')
  if (typeof min?.value !== 'number' || typeof max?.value !== 'number') return
  if (max.value === 0 || min.value <= max.value) return
  const what = `latency_min ${min.value} is above latency_max ${max.value}, so every publisher would be refused`
  fail(report, placeOfContradiction(min, max), what)
}

function checkEncryption(server: ResolvedBlock, report: Report): void {
  const passphrase = server.get('passphrase')
  const keyLength = server.get('pbkeylen')
  if (passphrase?.value !== '' || typeof keyLength?.value !== 'number' || keyLength.value === 0) return
  const what = `pbkeylen ${keyLength.value} without a passphrase would encrypt nothing`
  fail(report, keyLength.place, what, 'set passphrase too, or remove pbkeylen')
}
