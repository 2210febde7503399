import type { RefuseReason, Role, Route } from '../../src/engine/contract.ts'
import { isWithin, rulesOf } from './fake-rules.ts'
import type { FakeTokens, PlayToken } from './fake-tokens.ts'

const MAX_BYTES = 512

interface Parsed {
  /** '' = left to the token. */
  resource: string
  role: Role | undefined
  token: string | undefined
}

/** The route a peer asks for, and the token it shows for it; `token: null` = one that is not ours. */
interface Wanted {
  route: Route
  token: PlayToken | null | undefined
}

/** What a peer is let in with. */
export interface Admitted {
  route: Route
  token: PlayToken | undefined
}

/** `route`: the one that is not for this peer, where it is known. */
export interface NotAdmitted {
  refused: RefuseReason
  route?: Route
  encryption?: 'none' | 'encrypted'
}

const isAcceptable = (text: string) =>
  text !== '' && Buffer.byteLength(text) <= MAX_BYTES && !/[\p{Cc}\p{Surrogate}]/u.test(text)

/** Undefined: malformed. */
function parse(text: string): Parsed | undefined {
  if (text.startsWith('#!::')) return parseKeys(text.slice(4))
  if (text.startsWith('#!:')) return undefined
  const slashed = /^(publish|play)\/(.+)$/s.exec(text)
  if (slashed?.[2] === undefined) return { resource: text, role: undefined, token: undefined }
  return { resource: slashed[2], role: slashed[1] === 'publish' ? 'publish' : 'play', token: undefined }
}

/** `r=NAME,m=publish|request,token=JWT`, other keys ignored. Source: SRT access control guidelines. */
function parseKeys(text: string): Parsed | undefined {
  const parsed: Parsed = { resource: '', role: undefined, token: undefined }
  for (const pair of text.split(',')) {
    const [, key, value = ''] = /^([^=]*)=(.*)$/s.exec(pair) ?? []
    if (key === 'r') parsed.resource = value
    if (key === 'token') parsed.token = value
    if (key !== 'm') continue
    if (value !== 'publish' && value !== 'request') return undefined
    parsed.role = value === 'publish' ? 'publish' : 'play'
  }
  return parsed.resource === '' && parsed.token === undefined ? undefined : parsed
}

/** Everything about a stream ID but the state of its stream and the load. */
export class FakeAdmission {
  readonly #tokens: FakeTokens
  routes: readonly Route[] = []

  constructor(tokens: FakeTokens) {
    this.#tokens = tokens
  }

  find(role: Role, streamId: string): Route | undefined {
    return this.routes.findLast(route => route.role === role && route.streamId === streamId)
  }

  admit(role: Role, streamId: string, peer: string, nowS: number): Admitted | NotAdmitted {
    const wanted = this.#resolve(role, streamId)
    if (typeof wanted === 'string') return { refused: wanted }
    const { route, token } = wanted
    if (!isWithin(rulesOf(route).networks, peer)) return { refused: 'network', route }
    const refused = this.#tokenProblem(wanted, peer, nowS)
    return refused === undefined ? { route, token: token ?? undefined } : { refused, route }
  }

  #resolve(role: Role, streamId: string): Wanted | RefuseReason {
    if (!isAcceptable(streamId)) return 'malformed'
    const literal = this.find(role, streamId)
    if (literal) return { route: literal, token: undefined }
    const other = role === 'publish' ? 'play' : 'publish'
    const isElsewhere = this.find(other, streamId) !== undefined
    const parsed = parse(streamId)
    if (parsed === undefined) return isElsewhere ? 'forbidden' : 'malformed'
    if (parsed.token !== undefined && role === 'publish') return 'forbidden'
    const isOtherRole = parsed.role !== undefined && parsed.role !== role
    const token = parsed.token === undefined ? undefined : (this.#tokens.read(parsed.token) ?? null)
    if (parsed.resource === '') {
      if (isOtherRole) return 'forbidden'
      const route = token ? this.#bySubject(token.subject) : undefined
      return route === undefined ? 'token-invalid' : { route, token }
    }
    const route = this.find(role, parsed.resource)
    if (route === undefined)
      return isElsewhere || this.find(other, parsed.resource) ? 'forbidden' : 'unknown-stream-id'
    return isOtherRole ? 'forbidden' : { route, token }
  }

  #bySubject(subject: string): Route | undefined {
    return this.routes.findLast(
      route => route.role === 'play' && subject !== '' && rulesOf(route).tokenSubject === subject,
    )
  }

  #tokenProblem({ route, token }: Wanted, peer: string, nowS: number): RefuseReason | undefined {
    const { tokenSubject, isTokenRequired, tokensNotBeforeS } = rulesOf(route)
    if (token === undefined) return isTokenRequired && route.role === 'play' ? 'token-missing' : undefined
    if (token === null || tokenSubject === '' || token.subject !== tokenSubject) return 'token-invalid'
    if (token.issuedAtS < tokensNotBeforeS) return 'token-invalid'
    if (nowS < token.notBeforeS) return 'token-invalid'
    if (token.network !== '' && !isWithin([token.network], peer)) return 'token-invalid'
    if (nowS >= token.expiresAtS) return 'token-expired'
    return this.#tokens.isUsedUp(token) ? 'token-used-up' : undefined
  }
}
