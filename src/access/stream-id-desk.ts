import { AppError, type Problem } from '../lib/errors.ts'
import type {
  NewStreamId,
  OnConflict,
  StreamIdFilter,
  StreamIdPatch,
  StreamIdRecord,
} from '../store/stream-ids.ts'
import type { Touched } from './gatekeeper.ts'
import { coverage, covers, type Scope } from './scope.ts'
import { streamIdProblems } from './stream-settings.ts'

const MOST_PROBLEMS = 100
/** More rows than there can be; SQLite takes it as a LIMIT. */
const ALL_ROWS = 2 ** 31 - 2

export interface StreamIdStore {
  all(): Promise<readonly StreamIdRecord[]>
  find(filter: StreamIdFilter & { scope: Scope | null }): Promise<readonly StreamIdRecord[]>
  get(player: string): Promise<StreamIdRecord | undefined>
  /** Throws STREAM_ID_EXISTS. */
  add(entry: NewStreamId): Promise<void>
  update(player: string, patch: StreamIdPatch): Promise<boolean>
  importAll(
    rows: readonly NewStreamId[],
    onConflict: OnConflict,
    isDryRun: boolean,
  ): Promise<{ created: number; updated: number; skipped: number; conflicts: readonly number[] }>
  remove(player: string): Promise<boolean>
}

export interface Doorkeeper {
  change<T>(task: () => Promise<{ value: T; touched: Touched }>): Promise<T>
  hasPlayer(player: string): string | undefined
  playersOf(streamKey: string): readonly string[]
  kick(connectionId: number): boolean
}

/** A pair for people to read: the passphrase stays inside. */
export interface StreamIdDetails extends Omit<StreamIdRecord, 'passphrase'> {
  readonly hasPassphrase: boolean
}

/**
 * The stored stream IDs as their operators see and change them, each within the scope of a key; null: everything. What a
 * scope doesn't cover is as if it were not there. A change is in force when its promise resolves.
 */
export class StreamIdDesk {
  readonly #store: StreamIdStore
  readonly #door: Doorkeeper

  constructor(store: StreamIdStore, door: Doorkeeper) {
    this.#store = store
    this.#door = door
  }

  /** Throws STORE_UNAVAILABLE, as all that follow. */
  async list(scope: Scope | null): Promise<StreamIdDetails[]> {
    return this.#shown(await this.#store.all(), scope)
  }

  /** In the order in which they were added; one row more than `limit` tells that there is another page. */
  async find(filter: StreamIdFilter, scope: Scope | null): Promise<StreamIdDetails[]> {
    return this.#shown(await this.#store.find({ ...filter, scope }), scope)
  }

  async get(player: string, scope: Scope | null): Promise<StreamIdDetails | undefined> {
    if (!covers(scope, player)) return undefined
    const row = await this.#store.get(player)
    return row && (await this.#shown([row], scope))[0]
  }

  /** Throws BODY_INVALID, STREAM_ID_EXISTS, SCOPE_DENIED. */
  async add(entry: NewStreamId, scope: Scope | null): Promise<void> {
    refuse(streamIdProblems(entry))
    await this.#door.change(async () => {
      if (!covers(scope, entry.player)) throw scopeDenied()
      await this.#mustOwn([entry.publisher], scope)
      await this.#store.add(entry)
      return { value: undefined, touched: { publishers: [entry.publisher] } }
    })
  }

  /** All or nothing. Throws IMPORT_INVALID with one problem a field, SCOPE_DENIED. */
  async import(
    rows: readonly NewStreamId[],
    { onConflict, isDryRun }: { onConflict: OnConflict; isDryRun: boolean },
    scope: Scope | null,
  ): Promise<{ created: number; updated: number; skipped: number }> {
    refuseImport(importProblems(rows, onConflict))
    return this.#door.change(async () => {
      await this.#mustOwnAll(rows, scope)
      const { conflicts, ...value } = await this.#store.importAll(rows, onConflict, isDryRun)
      refuseImport(conflicts.map(index => ({ where: `row ${index + 1}, player`, what: 'exists already' })))
      return { value, touched: isDryRun ? 'nothing' : 'everything' }
    })
  }

  /** Undefined: nobody knows this player. Throws BODY_INVALID, SCOPE_DENIED. */
  async update(
    player: string,
    patch: StreamIdPatch,
    scope: Scope | null,
  ): Promise<StreamIdDetails | undefined> {
    refuse(streamIdProblems(patch))
    return this.#door.change(async () => {
      const before = covers(scope, player) ? await this.#store.get(player) : undefined
      if (before === undefined) return { value: undefined, touched: 'nothing' }
      const publishers = [before.publisher, patch.publisher ?? before.publisher]
      if (touchesPublisher(patch)) await this.#mustOwn(publishers, scope)
      await this.#store.update(player, patch)
      const after = await this.#store.get(player)
      return { value: after && (await this.#shown([after], scope))[0], touched: { publishers } }
    })
  }

  /** False: nobody knows this player. */
  remove(player: string, scope: Scope | null): Promise<boolean> {
    return this.#door.change(async () => {
      const before = covers(scope, player) ? await this.#store.get(player) : undefined
      const isRemoved = before !== undefined && (await this.#store.remove(player))
      return {
        value: isRemoved,
        touched: isRemoved && before !== undefined ? { publishers: [before.publisher] } : 'nothing',
      }
    })
  }

  hasPlayer(player: string): string | undefined {
    return this.#door.hasPlayer(player)
  }

  playersOf(streamKey: string): readonly string[] {
    return this.#door.playersOf(streamKey)
  }

  kick(connectionId: number): boolean {
    return this.#door.kick(connectionId)
  }

  /**
   * Those that others depend on too: a publisher belongs to a scope only if all its players do. By the stored rows, since
   * one that has no route counts as well.
   */
  async #foreign(publishers: readonly string[], scope: Scope | null): Promise<ReadonlySet<string>> {
    if (scope === null || publishers.length === 0) return new Set()
    const isCovered = coverage(scope)
    const filter = { publishers: { isIn: true, ids: [...new Set(publishers)] }, scope: null, limit: ALL_ROWS }
    const rows = await this.#store.find(filter)
    return new Set(rows.filter(({ player }) => !isCovered(player)).map(({ publisher }) => publisher))
  }

  async #mustOwn(publishers: readonly string[], scope: Scope | null): Promise<void> {
    if ((await this.#foreign(publishers, scope)).size > 0) throw scopeDenied()
  }

  /** The publishers that these rows name, and those that their players have now. */
  async #mustOwnAll(rows: readonly NewStreamId[], scope: Scope | null): Promise<void> {
    if (scope === null) return
    const players = rows.map(({ player }) => player)
    if (!players.every(coverage(scope))) throw scopeDenied()
    const current = await this.#store.find({ scope: { players }, limit: ALL_ROWS })
    await this.#mustOwn(
      [...rows, ...current].map(({ publisher }) => publisher),
      scope,
    )
  }

  /** A publisher that others depend on too is left empty, and so is what belongs to it. */
  async #shown(rows: readonly StreamIdRecord[], scope: Scope | null): Promise<StreamIdDetails[]> {
    const isCovered = coverage(scope)
    const own = rows.filter(({ player }) => isCovered(player))
    const foreign = await this.#foreign(
      own.map(({ publisher }) => publisher),
      scope,
    )
    return own.map(({ passphrase, ...row }) =>
      foreign.has(row.publisher) ? { ...row, ...NOT_SHOWN } : { ...row, hasPassphrase: passphrase !== '' },
    )
  }
}

const NOT_SHOWN = {
  publisher: '',
  hasPassphrase: false,
  publishNetworks: [],
  maxBitrateKbps: 0,
  bitrateGraceS: 0,
}

const touchesPublisher = (patch: StreamIdPatch) =>
  [patch.publisher, patch.passphrase, patch.maxBitrateKbps, patch.bitrateGraceS, patch.publishNetworks].some(
    value => value !== undefined,
  )

const scopeDenied = () =>
  new AppError('SCOPE_DENIED', 'This key is bound to some players, and this concerns others')

function refuse(problems: readonly Problem[]): void {
  const [first] = problems
  if (first === undefined) return
  throw new AppError('BODY_INVALID', `${first.where} ${first.what}`, { problems })
}

function refuseImport(problems: readonly Problem[]): void {
  const [first] = problems
  if (first === undefined) return
  const message = `Nothing was imported: ${first.where} ${first.what}`
  throw new AppError('IMPORT_INVALID', message, { problems: problems.slice(0, MOST_PROBLEMS) })
}

function importProblems(rows: readonly NewStreamId[], onConflict: OnConflict): Problem[] {
  const problems: Problem[] = []
  const seen = new Map<string, number>()
  for (const [index, row] of rows.entries()) {
    if (problems.length >= MOST_PROBLEMS) break
    for (const { where, what } of streamIdProblems(row)) {
      problems.push({ where: `row ${index + 1}, ${where}`, what })
    }
    const earlier = seen.get(row.player)
    if (earlier !== undefined && onConflict === 'fail') {
      problems.push({ where: `row ${index + 1}, player`, what: `is the same as in row ${earlier + 1}` })
    }
    seen.set(row.player, index)
  }
  return problems
}
