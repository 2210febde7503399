import { AppError, messageOf } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'
import { type Change, type Changes, changes } from './changes.ts'
import type { Config } from './config.ts'
import { type Effective, effectiveOf } from './effective.ts'
import { type ChangePlan, type OverrideState, planChange, type Wishes } from './live-change.ts'
import { barrierToKeeping, isBarrier, liveRow, type Overrides } from './overrides.ts'

/** Names and values that outlive the process. */
export interface OverrideStore {
  all(): Promise<ReadonlyMap<string, string>>
  /** Everything whose name begins with the prefix becomes `values`, whose names begin with it too; in one step. */
  replaceAll(prefix: string, values: ReadonlyMap<string, string>): Promise<void>
}

/** Why the configuration changes: somebody read the file anew, or used change(). */
export type ChangeCause = 'reload' | 'change'

export interface LiveConfigOptions {
  /** Reads file and environment anew. Throws CONFIG_INVALID. */
  load: (overrides: Overrides) => Promise<Config>
  /** What is in force. */
  current: () => Config
  /** Goes over to a configuration; it is in force when this resolves, and `current` returns it. */
  apply: (config: Config, changes: Changes, cause: ChangeCause) => Promise<void>
  store: OverrideStore
  log: Pick<Logger, 'warn' | 'error'>
}

export interface EffectiveDirective extends Effective {
  /** This very value holds after a restart too. */
  readonly isPersisted: boolean
}

const PREFIX = 'config.'

/**
 * The configuration with what the API sets over file and environment. There are two sets of overrides: those in force,
 * and those kept in the store, with which the next start begins. A change without persist touches the first only, so
 * that what was kept before holds again after a restart; a change with persist touches both. Changes and reloads come
 * one after the other.
 */
export class LiveConfig {
  readonly #options: LiveConfigOptions
  #state: OverrideState = { overrides: new Map(), kept: new Map() }
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: LiveConfigOptions) {
    this.#options = options
  }

  /**
   * The configuration to begin with: file and environment with the overrides that were kept. One that is no longer valid
   * is left out, reported, and stays in the store. Throws CONFIG_INVALID if that isn't the reason, STORE_UNAVAILABLE.
   */
  async start(): Promise<Config> {
    const stored = await this.#options.store.all()
    const entries = [...stored].filter(([name]) => name.startsWith(PREFIX))
    const kept = new Map(entries.map(([name, text]) => [name.slice(PREFIX.length), text]))
    let overrides = this.#withoutUnkeepable(kept)
    for (;;) {
      try {
        const config = await this.#options.load(overrides)
        this.#state = { overrides, kept }
        return config
      } catch (error) {
        overrides = this.#withoutInvalid(overrides, error)
      }
    }
  }

  /** What may not be in the store was put there by hand, or by a version that allowed it. */
  #withoutUnkeepable(kept: Overrides): Overrides {
    return new Map(
      [...kept].filter(([name]) => {
        const row = liveRow(name)
        const barrier = isBarrier(row) ? undefined : barrierToKeeping(row)
        if (barrier !== undefined) this.#reportLeftOut(name, barrier.what)
        return barrier === undefined
      }),
    )
  }

  #reportLeftOut(directive: string, what: string): void {
    this.#options.log.error({ directive }, `kept from PATCH /api/config, but left out: ${what}`)
  }

  /** Throws the error again if it isn't one of the overrides'. */
  #withoutInvalid(overrides: Overrides, error: unknown): Overrides {
    if (!(error instanceof AppError) || error.code !== 'CONFIG_INVALID') throw error
    const invalid = (error.problems ?? []).filter(({ where }) => overrides.has(where))
    if (invalid.length === 0) throw error
    for (const { where, what } of invalid) this.#reportLeftOut(where, what)
    const names = new Set(invalid.map(({ where }) => where))
    return new Map([...overrides].filter(([name]) => !names.has(name)))
  }

  /** What is in force over file and environment: directive name to its text. */
  overrides(): Overrides {
    return this.#state.overrides
  }

  effective(): readonly EffectiveDirective[] {
    const { overrides, kept } = this.#state
    return effectiveOf(this.#options.current()).map(each => ({
      ...each,
      isPersisted: each.source === 'api' && overrides.get(each.name) === kept.get(each.name),
    }))
  }

  /** Reads file and environment anew and goes over to them. Throws CONFIG_INVALID; then nothing has changed. */
  reload(): Promise<Config> {
    return this.#inTurn(async () => {
      const { load, current, apply } = this.#options
      const config = await load(this.#state.overrides)
      await apply(config, changes(current(), config), 'reload')
      return config
    })
  }

  /**
   * Sets directives by name, as unquoted text; null: back to environment, file or default, and with `isPersisted` out of
   * the store too. The file isn't read again. Resolves to what is different now. Throws CONFIG_INVALID with problems by
   * directive, CONFIG_NOT_LIVE, STORE_UNAVAILABLE, or what `apply` throws; then nothing has changed.
   */
  change(values: Wishes, isPersisted: boolean): Promise<readonly Change[]> {
    // A copy: what the caller does with the map while this waits for its turn has no effect.
    const wishes = new Map(values)
    return this.#inTurn(() => this.#change(wishes, isPersisted))
  }

  async #change(wishes: Wishes, isPersisted: boolean): Promise<readonly Change[]> {
    const before = this.#options.current()
    const plan = planChange({ before, state: this.#state, wishes, isPersisted })
    await this.#goOver(plan, before)
    const known = new Set(before.warnings.map(({ text }) => text))
    for (const { text } of plan.after.warnings) if (!known.has(text)) this.#options.log.warn(text)
    return plan.changed
  }

  async #goOver({ state, after }: ChangePlan, before: Config): Promise<void> {
    const previous = this.#state
    // First: what can't be kept mustn't come into force, and what is kept is seen by a start if this process dies here.
    if (state.kept !== previous.kept) await this.#keep(state.kept)
    this.#state = state
    try {
      await this.#options.apply(after, changes(before, after), 'change')
    } catch (error) {
      this.#state = previous
      if (state.kept !== previous.kept) await this.#takeBack(() => this.#keep(previous.kept))
      await this.#takeBack(() => this.#options.apply(before, changes(after, before), 'change'))
      throw error
    }
  }

  #keep(kept: Overrides): Promise<void> {
    const values = [...kept].map(([name, text]) => [PREFIX + name, text] as const)
    return this.#options.store.replaceAll(PREFIX, new Map(values))
  }

  async #takeBack(undo: () => Promise<void>): Promise<void> {
    try {
      await undo()
    } catch (error) {
      const what = `a change of the configuration failed and could not be taken back: ${messageOf(error)}`
      this.#options.log.error({ err: error }, what)
    }
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task)
    this.#last = result.catch(() => undefined)
    return result
  }
}
