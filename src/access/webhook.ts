import type { Role } from '../engine/contract.ts'
import { messageOf } from '../lib/errors.ts'
import { splitPeer } from '../lib/peer-address.ts'
import { takeCredentials } from '../lib/url-credentials.ts'

export interface Hook {
  /** http or https, with a query or credentials if wanted. */
  url: string
  /** For the whole answer's head. */
  timeoutMs: number
}

export interface HookEvent {
  event: 'on_connect' | 'on_close'
  role: Role
  streamId: string
  /** 'address:port', IPv6 in brackets. */
  peer: string
}

export type HookAnswer = { isAdmitted: true } | { isAdmitted: false; reason: string }

const ROLE_NAMES: Readonly<Record<Role, string>> = { publish: 'publisher', play: 'player' }

/** POSTs the event as a query, without a body. Only status 200 admits; redirects aren't followed. Never throws. */
export async function callHook(hook: Hook, event: HookEvent): Promise<HookAnswer> {
  const base = parseUrl(hook.url)
  // The parser's own message holds the URL, and with it perhaps a password.
  if (!base) return refused('the URL of on_event_url is not valid')
  const authorization = takeCredentials(base)
  try {
    const response = await fetch(withQuery(base, event), {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.timeout(hook.timeoutMs),
      ...(authorization === undefined ? {} : { headers: { authorization } }),
    })
    // The status says it all; an endless body must not keep the connection.
    response.body?.cancel().catch(() => undefined)
    return response.status === 200
      ? { isAdmitted: true }
      : refused(`on_event_url answered ${response.status}`)
  } catch (error) {
    return refused(reasonOf(error, hook.timeoutMs))
  }
}

const refused = (reason: string): HookAnswer => ({ isAdmitted: false, reason })

function parseUrl(url: string): URL | undefined {
  if (!URL.canParse(url)) return undefined
  const parsed = new URL(url)
  return parsed.protocol === 'http:' || parsed.protocol === 'https:' ? parsed : undefined
}

function withQuery(base: URL, { event, role, streamId, peer }: HookEvent): string {
  const { ip, port } = splitPeer(peer)
  const values = [
    ['on_event', event],
    ['role_name', ROLE_NAMES[role]],
    ['srt_url', streamId],
    ['remote_ip', ip],
    ['remote_port', port],
  ] as const
  const query = values.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')
  base.hash = ''
  const start = base.href
  const separator = base.search === '' ? '?' : '&'
  return `${start.endsWith('?') ? start.slice(0, -1) : start}${separator}${query}`
}

function reasonOf(error: unknown, timeoutMs: number): string {
  if (error instanceof Error && error.name === 'TimeoutError')
    return `on_event_url gave no answer in ${timeoutMs} ms`
  const cause = error instanceof Error ? error.cause : undefined
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : messageOf(cause ?? 'failed')
  return `on_event_url could not be asked: ${code}`
}
