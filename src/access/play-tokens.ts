import { randomBytes } from 'node:crypto'
import { SignJWT } from 'jose'
import type { EngineEvent, TokenSpec, TokenUse } from '../engine/contract.ts'
import type { Clock } from '../lib/clock.ts'
import { AppError } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'
import type { Touched } from './gatekeeper.ts'
import { networkProblem } from './networks.ts'
import { covers, type Scope } from './scope.ts'
import { SerialQueue } from './serial-queue.ts'
import { STREAM_ID_MAX_BYTES } from './stream-id-rules.ts'
import { TokenUseLog, type TokenUseStore } from './token-use-log.ts'

const MOST_EXPIRES_IN_S = 2_592_000
const MOST_USES = 1_000_000
const TOKEN_ID_BYTES = 9
const SECRET_BYTES = 32
const SECRET_NAME = 'token_secret'

export interface TokenEngine {
  setTokens(spec: TokenSpec): void
}

interface TokenStreamId {
  id: number
  publisher: string
  player: string
  isTokensOnly: boolean
  tokensNotBeforeS: number
}

export interface TokenStreamIds {
  get(player: string): Promise<TokenStreamId | undefined>
  voidTokens(player: string, beforeS: number): Promise<boolean>
}

export interface SecretStore {
  /** The value in force, atomically between processes. */
  setIfAbsent(name: string, value: string): Promise<string>
}

export interface PlayTokensOptions {
  engine: TokenEngine
  streamIds: TokenStreamIds
  /** A change of the store that the route table follows before the answer. */
  door: { change<T>(task: () => Promise<{ value: T; touched: Touched }>): Promise<T> }
  settings: SecretStore
  uses: TokenUseStore
  /** token_secret; '' = one of the server's own. */
  configuredSecret: () => string
  clock: Clock
  log: Logger
}

export interface NewPlayToken {
  expiresInS: number
  /** An address or CIDR block; null: from everywhere. */
  network: string | null
  /** 0 = no limit. */
  maxUses: number
}

export interface PlayToken {
  token: string
  tokenId: string
  /** What a player sends as its stream ID. */
  streamId: string
  expiresAtS: number
}

/** Makes play tokens, and gives the engine what it needs to judge them. JWT with HS256: RFC 7519, RFC 7518 3.2. */
export class PlayTokens {
  readonly #options: PlayTokensOptions
  readonly #uses: TokenUseLog
  readonly #queue = new SerialQueue()
  #secret = ''

  constructor(options: PlayTokensOptions) {
    this.#options = options
    this.#uses = new TokenUseLog(options.uses, options.log)
  }

  /** From now on the engine takes tokens. Throws STORE_UNAVAILABLE. */
  async start(): Promise<void> {
    const used = await this.#options.uses.all(this.#nowS())
    await this.#use(used)
  }

  /** After a change of the configuration. Throws STORE_UNAVAILABLE. */
  refresh(): Promise<void> {
    // The uses that the engine has counted stay with it.
    return this.#use([])
  }

  /** Writes the last uses. Before the store is closed. */
  stop(): Promise<void> {
    return this.#uses.stop()
  }

  /** Undefined: nobody knows this player. Throws BODY_INVALID, STORE_UNAVAILABLE. */
  async issue(player: string, wish: NewPlayToken, scope: Scope | null): Promise<PlayToken | undefined> {
    checkWish(wish)
    const row = covers(scope, player) ? await this.#options.streamIds.get(player) : undefined
    if (row === undefined) return undefined
    // Tokens of this very second may have been voided; the one made now must work.
    const nowS = this.#nowS()
    const issuedAtS = Math.max(nowS, row.tokensNotBeforeS)
    // By the clock alone: after it was set back, that other time may be far away.
    const expiresAtS = nowS + wish.expiresInS
    const tokenId = randomBytes(TOKEN_ID_BYTES).toString('base64url')
    const claims = {
      ...(wish.network === null ? {} : { net: wish.network }),
      ...(wish.maxUses === 0 ? {} : { max: wish.maxUses }),
    }
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(String(row.id))
      .setJti(tokenId)
      .setIssuedAt(issuedAtS)
      .setExpirationTime(expiresAtS)
      .sign(new TextEncoder().encode(this.#secret))
    return { token, tokenId, streamId: streamIdOf(row, token), expiresAtS }
  }

  /** All that were issued so far are void, and new ones work. False: nobody knows this player. Throws STORE_UNAVAILABLE. */
  async revokeAll(player: string, scope: Scope | null): Promise<boolean> {
    const { door, streamIds } = this.#options
    return door.change(async () => {
      const row = covers(scope, player) ? await streamIds.get(player) : undefined
      if (row === undefined) return { value: false, touched: 'nothing' }
      // Times are whole seconds: what was issued in this one is void too, and what followed an earlier call in it.
      const value = await streamIds.voidTokens(player, Math.max(this.#nowS(), row.tokensNotBeforeS) + 1)
      return { value, touched: { publishers: [row.publisher] } }
    })
  }

  /** For the engine's events. */
  onEvents(batch: readonly EngineEvent[]): void {
    for (const event of batch) {
      if (event.type !== 'connected' || event.tokenMaxUses === 0) continue
      this.#uses.note({ tokenId: event.tokenId, expiresAtS: event.tokenExpiresAtS })
    }
  }

  #use(used: readonly TokenUse[]): Promise<void> {
    return this.#queue.run(async () => {
      const { configuredSecret, settings, engine } = this.#options
      const own = randomBytes(SECRET_BYTES).toString('base64url')
      const secret = configuredSecret() || (await settings.setIfAbsent(SECRET_NAME, own))
      if (secret === this.#secret && used.length === 0) return
      engine.setTokens({ secret, used })
      this.#secret = secret
    })
  }

  #nowS(): number {
    return Math.floor(this.#options.clock.nowMs() / 1000)
  }
}

/** Only a stream that nobody plays without a token shows its ID. */
function streamIdOf({ player, isTokensOnly }: TokenStreamId, token: string): string {
  const bare = `#!::m=request,token=${token}`
  const named = `#!::r=${player},m=request,token=${token}`
  const isNamed = isTokensOnly && !player.includes(',') && Buffer.byteLength(named) <= STREAM_ID_MAX_BYTES
  return isNamed ? named : bare
}

function checkWish({ expiresInS, network, maxUses }: NewPlayToken): void {
  const isWhole = (value: number, least: number, most: number) =>
    Number.isInteger(value) && value >= least && value <= most
  if (!isWhole(expiresInS, 1, MOST_EXPIRES_IN_S))
    throw invalid(`expires_in must be a whole number from 1 to ${MOST_EXPIRES_IN_S}`)
  if (!isWhole(maxUses, 0, MOST_USES)) throw invalid(`max_uses must be a whole number from 0 to ${MOST_USES}`)
  const problem = network === null ? undefined : networkProblem(network)
  if (problem !== undefined) throw invalid(`address ${problem}`)
}

const invalid = (sentence: string) => new AppError('BODY_INVALID', `Invalid field: ${sentence}`)
