import type { RefuseReason, Role, Route } from '../../src/engine/contract.ts'

const MAX_BYTES = 512

interface Parsed {
  resource: string
  role: Role | undefined
}

const isAcceptable = (text: string) =>
  text !== '' && Buffer.byteLength(text) <= MAX_BYTES && !/[\p{Cc}\p{Surrogate}]/u.test(text)

/** Undefined: malformed. */
function parse(text: string): Parsed | undefined {
  if (text.startsWith('#!::')) return parseKeys(text.slice(4))
  if (text.startsWith('#!:')) return undefined
  const slashed = /^(publish|play)\/(.+)$/s.exec(text)
  if (slashed?.[2] === undefined) return { resource: text, role: undefined }
  return { resource: slashed[2], role: slashed[1] === 'publish' ? 'publish' : 'play' }
}

/** `r=NAME,m=publish|request`, other keys ignored. Source: SRT access control guidelines. */
function parseKeys(text: string): Parsed | undefined {
  let resource = ''
  let role: Role | undefined
  for (const pair of text.split(',')) {
    const [, key, value = ''] = /^([^=]*)=(.*)$/s.exec(pair) ?? []
    if (key === 'r') resource = value
    if (key !== 'm') continue
    if (value !== 'publish' && value !== 'request') return undefined
    role = value === 'publish' ? 'publish' : 'play'
  }
  return resource === '' ? undefined : { resource, role }
}

/** The route's own stream ID and key, or why there is none for this port. */
export function resolveRoute(
  routes: readonly Route[],
  role: Role,
  streamId: string,
): { streamId: string; streamKey: string } | RefuseReason {
  if (!isAcceptable(streamId)) return 'malformed'
  const find = (asRole: Role, id: string) =>
    routes.find(route => route.role === asRole && route.streamId === id)
  const literal = find(role, streamId)
  if (literal) return { streamId, streamKey: literal.streamKey }
  const parsed = parse(streamId)
  if (parsed === undefined) return 'malformed'
  const route = find(role, parsed.resource)
  if (route === undefined) {
    const other = role === 'publish' ? 'play' : 'publish'
    return find(other, parsed.resource) || find(other, streamId) ? 'forbidden' : 'unknown-stream-id'
  }
  if (parsed.role !== undefined && parsed.role !== role) return 'forbidden'
  return { streamId: parsed.resource, streamKey: route.streamKey }
}
