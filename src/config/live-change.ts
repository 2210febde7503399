import { AppError, type ErrorCode } from '../lib/errors.ts'
import { type Change, changes } from './changes.ts'
import { type Config, parseConfig } from './config.ts'
import { barrierOf, barrierToKeeping, isBarrier, liveRow, type Overrides } from './overrides.ts'
import { sentence, showPlace } from './problem.ts'
import type { Refusal } from './reading.ts'

/** Overrides in force, and those that a start will find. */
export interface OverrideState {
  readonly overrides: Overrides
  readonly kept: Overrides
}

/** What to do with each directive; null: back to environment, file or default. */
export type Wishes = ReadonlyMap<string, string | null>

export interface ChangeRequest {
  readonly before: Config
  readonly state: OverrideState
  readonly wishes: Wishes
  /** Whether a start shall find them too. */
  readonly isPersisted: boolean
}

export interface ChangePlan {
  readonly state: OverrideState
  readonly after: Config
  /** What is different, once for server blocks that change alike. */
  readonly changed: readonly Change[]
}

interface Obstacle extends Refusal {
  readonly code: Extract<ErrorCode, 'CONFIG_INVALID' | 'CONFIG_NOT_LIVE'>
  /** The directive, or the place of one that stands in the way. */
  readonly where: string
}

/** What a change would lead to. Pure. Throws CONFIG_INVALID or CONFIG_NOT_LIVE with every problem. */
export function planChange({ before, state, wishes, isPersisted }: ChangeRequest): ChangePlan {
  const barriers = barriersTo(wishes, state, isPersisted)
  const barred = new Set(barriers.map(({ where }) => where))
  const possible = new Map([...wishes].filter(([directive]) => !barred.has(directive)))
  const overrides = merged(state.overrides, possible)
  const result = parseConfig({ ...before.input, overrides })
  if (!('config' in result)) {
    const refused = result.problems.map(each => ({ ...each, where: each.directive ?? showPlace(each) }))
    throw refusal([...barriers, ...refused.map(each => ({ ...each, code: 'CONFIG_INVALID' as const }))])
  }
  const { live, restart } = changes(before, result.config)
  const obstacles = restart.map(({ directive }) => ({
    ...barrierOf(directive, 'restart'),
    where: directive,
  }))
  if (barriers.length + obstacles.length > 0) throw refusal([...barriers, ...obstacles])
  const kept = isPersisted ? merged(state.kept, wishes) : state.kept
  return { state: { overrides, kept }, after: result.config, changed: unique(live) }
}

function barriersTo(wishes: Wishes, { overrides, kept }: OverrideState, isPersisted: boolean): Obstacle[] {
  return [...wishes].flatMap(([where, wish]) => {
    // What another version has left behind can be taken away even if this one doesn't know it.
    if (wish === null && (overrides.has(where) || kept.has(where))) return []
    const row = liveRow(where)
    if (isBarrier(row)) return [{ ...row, where }]
    const barrier = isPersisted && wish !== null ? barrierToKeeping(row) : undefined
    return barrier === undefined ? [] : [{ ...barrier, where }]
  })
}

function merged(overrides: Overrides, wishes: Wishes): Overrides {
  const all = new Map(overrides)
  for (const [name, wish] of wishes) {
    if (wish === null) all.delete(name)
    else all.set(name, wish)
  }
  return all
}

/** CONFIG_NOT_LIVE if nothing worse is wrong. */
function refusal(obstacles: readonly Obstacle[]): AppError {
  const code = obstacles.find(each => each.code === 'CONFIG_INVALID')?.code ?? 'CONFIG_NOT_LIVE'
  const problems = obstacles.map(each => ({ where: each.where, what: sentence(each) }))
  const [first, ...others] = problems
  const more = others.length === 0 ? '' : `; ${others.length} more problem${others.length === 1 ? '' : 's'}`
  return new AppError(code, `${first?.what ?? ''}${more}`, { problems })
}

function unique(found: readonly Change[]): Change[] {
  const all = found.map(({ directive, from, to }): [string, Change] => {
    return [JSON.stringify([directive, from, to]), { directive, from, to }]
  })
  return [...new Map(all).values()]
}
