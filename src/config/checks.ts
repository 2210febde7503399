import { checkPorts } from './ports.ts'
import { fail, type Report, warn } from './report.ts'
import type { ResolvedBlock } from './resolve.ts'

/** What no single value shows: directives that contradict each other, or what this release can't do. */
export function checkTogether(srt: ResolvedBlock, servers: readonly ResolvedBlock[], report: Report): void {
  checkTransport(srt, report)
  checkCors(srt, report)
  for (const server of servers) {
    checkLatency(server, report)
    checkEncryption(server, report)
  }
  checkPorts(servers, report)
}

function checkTransport(srt: ResolvedBlock, report: Report): void {
  const transport = srt.get('transport')
  const mode = srt.get('relay_mode')
  if (transport?.value === 'direct') {
    fail(report, transport.place, 'transport direct is not built into this release', 'write transport libsrt')
  }
  if (transport?.value === 'libsrt' && mode?.value === 'cut_through') {
    const what =
      'relay_mode cut_through is not possible with transport libsrt, which delivers packets by their time'
    fail(report, mode.place, what, 'write relay_mode timed or remove it')
  }
}

function checkCors(srt: ResolvedBlock, report: Report): void {
  const cors = srt.get('cors_header')
  if (typeof cors?.value !== 'string' || cors.value === '') return
  if (/[^\x20-\x7e]/.test(cors.value)) {
    fail(report, cors.place, 'cors_header must be plain ASCII', 'it is sent as an HTTP header')
  } else if (!/^(\*|null|[a-z][a-z\d+.-]*:\/\/[^\s/?#]+)$/i.test(cors.value)) {
    const hint = 'write * or scheme://host:port'
    warn(report, cors.place, 'cors_header is no origin, so browsers will refuse every page', hint)
  }
}

function checkLatency(server: ResolvedBlock, report: Report): void {
  const min = server.get('latency_min')
  const max = server.get('latency_max')
  if (typeof min?.value !== 'number' || typeof max?.value !== 'number') return
  if (max.value === 0 || min.value <= max.value) return
  const what = `latency_min ${min.value} is above latency_max ${max.value}, so every publisher would be refused`
  fail(report, min.place, what)
}

function checkEncryption(server: ResolvedBlock, report: Report): void {
  const passphrase = server.get('passphrase')
  const keyLength = server.get('pbkeylen')
  if (passphrase?.value !== '' || typeof keyLength?.value !== 'number' || keyLength.value === 0) return
  const what = `pbkeylen ${keyLength.value} without a passphrase would encrypt nothing`
  fail(report, keyLength.place, what, 'set passphrase too, or remove pbkeylen')
}
