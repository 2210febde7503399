import { randomInt } from 'node:crypto'
import { type Logger as PinoLogger, pino } from 'pino'
import type { Permission } from '../../src/access/api-keys.ts'
import type { ApiKeyIdentity, CreatedKey, ListedKey, NewKey } from '../../src/access/key-ring.ts'
import { covers, type Scope } from '../../src/access/scope.ts'
import type { StreamIdDetails } from '../../src/access/stream-id-desk.ts'
import { streamIdProblem } from '../../src/access/stream-id-rules.ts'
import type { ImportOptions, ImportReport, KeyRing, StreamIdRow, StreamIds } from '../../src/http/deps.ts'
import type { Clock } from '../../src/lib/clock.ts'
import { AppError } from '../../src/lib/errors.ts'
import type { Logger } from '../../src/lib/logger.ts'
import type { NewStreamId, StreamIdFilter, StreamIdPatch } from '../../src/store/stream-ids.ts'

/** A clock that stands still until it is moved. */
export class TestClock implements Clock {
  #nowMs = Date.UTC(2026, 0, 31, 12)
  #monotonicMs = 1000

  nowMs(): number {
    return this.#nowMs
  }

  monotonicMs(): number {
    return this.#monotonicMs
  }

  advance(ms: number): void {
    this.#nowMs += ms
    this.#monotonicMs += ms
  }

  /** The wall clock is set; the time that passes is not touched. */
  setWallClock(nowMs: number): void {
    this.#nowMs = nowMs
  }
}

/** A log whose lines can be looked at. */
export class MemoryLog {
  readonly lines: Record<string, unknown>[] = []
  readonly logger: Logger & PinoLogger

  constructor() {
    this.logger = pino({ level: 'debug' }, { write: line => void this.lines.push(JSON.parse(line)) })
  }

  /** The lines of this pino level and above: 20 debug, 30 info, 40 warn, 50 error. */
  from(level: number): Record<string, unknown>[] {
    return this.lines.filter(line => Number(line['level']) >= level)
  }
}

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** API keys without a database. */
export class MemoryKeyRing implements KeyRing {
  readonly #keys = new Map<string, ApiKeyIdentity>()

  /** The raw key. */
  add(permissions: Permission, name: string = permissions, changes: Partial<ApiKeyIdentity> = {}): string {
    const key = Array.from({ length: 32 }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('')
    const id = this.#keys.size + 1
    const plain = { id, ref: `db:${id}`, name, permissions, scope: null, rateLimitPerMinute: null }
    this.#keys.set(key, { ...plain, ...changes })
    return key
  }

  verify(rawKey: string): ApiKeyIdentity | undefined {
    return this.#keys.get(rawKey)
  }

  async list(): Promise<readonly ListedKey[]> {
    return [...this.#keys].map(([key, known]) => detailsOf(key, known))
  }

  async create({ name, permissions, ...rest }: NewKey): Promise<CreatedKey> {
    const key = this.add(permissions, name, {
      scope: rest.scope,
      rateLimitPerMinute: rest.rateLimitPerMinute,
    })
    return { key, details: detailsOf(key, this.#known(key), rest.expiresAtMs) }
  }

  async rotate(id: number | string): Promise<CreatedKey | undefined> {
    const found = this.#find(id)
    if (found === undefined) return undefined
    const { permissions, name, scope, rateLimitPerMinute } = found[1]
    this.#keys.delete(found[0])
    const key = this.add(permissions, name, { scope, rateLimitPerMinute })
    return { key, details: detailsOf(key, this.#known(key)) }
  }

  async revoke(id: number | string): Promise<boolean> {
    const found = this.#find(id)
    return found !== undefined && this.#keys.delete(found[0])
  }

  #find(id: number | string): [string, ApiKeyIdentity] | undefined {
    return [...this.#keys].find(([, known]) => known.id === id)
  }

  #known(key: string): ApiKeyIdentity {
    const known = this.#keys.get(key)
    if (known === undefined) throw new Error('a key that was just made is gone')
    return known
  }
}

function detailsOf(
  key: string,
  { id, ...known }: ApiKeyIdentity,
  expiresAtMs: number | null = null,
): ListedKey {
  const { name, permissions, scope, rateLimitPerMinute } = known
  return {
    id: id ?? known.ref,
    name,
    permissions,
    source: id === null ? 'configuration' : 'database',
    prefix: key.slice(0, 4),
    active: true,
    scope,
    rateLimitPerMinute,
    createdAt: '2026-01-31 12:00:00',
    lastUsed: null,
    expiresAtMs,
  }
}

const NO_SETTINGS = {
  maxPlayers: 0,
  playNetworks: [],
  isTokensOnly: false,
  publicName: '',
  maxBitrateKbps: 0,
  bitrateGraceS: 10,
  publishNetworks: [],
}

/** Stream IDs without a database. Each row stands for itself; what the rows of a publisher share is not its concern. */
export class MemoryStreamIds implements StreamIds {
  readonly rows: StreamIdRow[] = []
  readonly kicked: number[] = []
  onChange: () => void = () => {}

  async list(scope: Scope | null = null): Promise<readonly StreamIdRow[]> {
    return this.rows.filter(({ player }) => covers(scope, player))
  }

  async find(filter: StreamIdFilter, scope: Scope | null = null): Promise<readonly StreamIdDetails[]> {
    const { search = '', publisher, afterId = 0, limit } = filter
    const all = this.rows.map(detailed).filter(row => covers(scope, row.player) && row.id > afterId)
    const found = all.filter(row => `${row.player} ${row.publisher} ${row.description}`.includes(search))
    return found.filter(row => publisher === undefined || row.publisher === publisher).slice(0, limit)
  }

  async get(player: string, scope: Scope | null = null): Promise<StreamIdDetails | undefined> {
    return this.rows.map(detailed).find(row => row.player === player && covers(scope, player))
  }

  async add({ publisher, player, description }: NewStreamId, scope: Scope | null = null): Promise<void> {
    for (const [field, id] of Object.entries({ publisher, player })) {
      const problem = streamIdProblem(id)
      if (problem !== undefined) throw new AppError('BODY_INVALID', `${field} ${problem}`)
    }
    if (!covers(scope, player)) throw new AppError('SCOPE_DENIED', 'not yours')
    if (this.hasPlayer(player) !== undefined) throw new AppError('STREAM_ID_EXISTS', 'it is there')
    this.rows.push({ publisher, player, description: description ?? null })
    this.onChange()
  }

  async import(
    rows: readonly NewStreamId[],
    options: ImportOptions,
    scope: Scope | null = null,
  ): Promise<ImportReport> {
    if (!options.isDryRun) for (const row of rows) await this.add(row, scope)
    return { created: rows.length, updated: 0, skipped: 0 }
  }

  async update(
    player: string,
    patch: StreamIdPatch,
    scope: Scope | null = null,
  ): Promise<StreamIdDetails | undefined> {
    const row = this.rows.find(row => row.player === player && covers(scope, player))
    if (row === undefined) return undefined
    Object.assign(row, {
      publisher: patch.publisher ?? row.publisher,
      description: patch.description === undefined ? row.description : patch.description,
    })
    this.onChange()
    return this.get(player, scope)
  }

  async remove(player: string, scope: Scope | null = null): Promise<boolean> {
    const index = this.rows.findIndex(row => row.player === player && covers(scope, player))
    if (index >= 0) this.rows.splice(index, 1)
    this.onChange()
    return index >= 0
  }

  hasPlayer(player: string): string | undefined {
    return this.rows.find(row => row.player === player)?.publisher
  }

  playersOf(streamKey: string): readonly string[] {
    return this.rows.filter(({ publisher }) => publisher === streamKey).map(({ player }) => player)
  }

  kick(connectionId: number): boolean {
    this.kicked.push(connectionId)
    return true
  }
}

function detailed(row: StreamIdRow, index: number): StreamIdDetails {
  const times = { createdAt: '2026-01-31 12:00:00', updatedAt: '2026-01-31 12:00:00' }
  return { ...NO_SETTINGS, ...row, id: index + 1, hasPassphrase: false, tokensNotBeforeS: 0, ...times }
}
