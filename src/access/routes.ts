import type { Route, RouteRules } from '../engine/contract.ts'
import { streamIdProblems } from './stream-settings.ts'

/** What a stored pair says about who may connect. */
export interface StreamIdRecord {
  readonly id: number
  readonly publisher: string
  readonly player: string
  readonly passphrase: string
  readonly maxPlayers: number
  readonly maxBitrateKbps: number
  readonly bitrateGraceS: number
  readonly publishNetworks: readonly string[]
  readonly playNetworks: readonly string[]
  readonly isTokensOnly: boolean
  readonly tokensNotBeforeS: number
}

export interface RoutesAndWarnings {
  routes: Route[]
  /** One sentence for each pair that got no route; without the IDs, they may be secrets. */
  warnings: string[]
}

const NO_RULES: RouteRules = {
  passphrase: '',
  networks: [],
  maxPlayers: 0,
  maxRateKbps: 0,
  rateGraceMs: 0,
  tokenSubject: '',
  isTokenRequired: false,
  tokensNotBeforeS: 0,
}

function publishRules(row: StreamIdRecord): RouteRules | undefined {
  const { passphrase, publishNetworks, maxBitrateKbps, bitrateGraceS } = row
  if (passphrase === '' && publishNetworks.length === 0 && maxBitrateKbps === 0) return undefined
  const rate = { maxRateKbps: maxBitrateKbps, rateGraceMs: bitrateGraceS * 1000 }
  return { ...NO_RULES, passphrase, networks: publishNetworks, ...rate }
}

/** The passphrase is the publisher's. */
function playRules(row: StreamIdRecord, { passphrase }: StreamIdRecord): RouteRules {
  return {
    ...NO_RULES,
    passphrase,
    networks: row.playNetworks,
    maxPlayers: row.maxPlayers,
    tokenSubject: String(row.id),
    isTokenRequired: row.isTokensOnly,
    tokensNotBeforeS: row.tokensNotBeforeS,
  }
}

function publishRoute(row: StreamIdRecord): Route {
  const rules = publishRules(row)
  const route: Route = { role: 'publish', streamId: row.publisher, streamKey: row.publisher }
  return rules === undefined ? route : { ...route, rules }
}

const playRoute = (row: StreamIdRecord, first: StreamIdRecord): Route => ({
  role: 'play',
  streamId: row.player,
  streamKey: row.publisher,
  rules: playRules(row, first),
})

/** What is wrong with the two halves of a row, each a sentence without its beginning; undefined: nothing. */
export interface Soundness {
  publisher: string | undefined
  player: string | undefined
}

/**
 * Who may connect as what: one route a publisher, one a player. The stream is the publisher's stream ID. What belongs to a
 * publisher is the same in all its rows; where somebody else has written, the first one counts, and if that is not sound
 * the publisher is shut. What the data plane would not take gets no route, so that one bad row shuts nobody else out.
 */
export function routesOf(rows: readonly StreamIdRecord[], soundnessOf = soundness()): RoutesAndWarnings {
  const firstOf = new Map<string, StreamIdRecord>()
  const publishers: Route[] = []
  const players: Route[] = []
  const warnings: string[] = []
  for (const row of rows) {
    const first = firstOf.get(row.publisher) ?? row
    const isFirst = first === row
    firstOf.set(row.publisher, first)
    const { publisher } = soundnessOf(first)
    const { player } = soundnessOf(row)
    if (isFirst && publisher !== undefined) warnings.push(`stream_ids row ${row.id}: its ${publisher}`)
    if (player !== undefined) warnings.push(`stream_ids row ${row.id}: its ${player}`)
    if (publisher !== undefined) continue
    if (isFirst) publishers.push(publishRoute(row))
    if (player === undefined) players.push(playRoute(row, first))
  }
  return { routes: [...publishers, ...players], warnings }
}

const PLAYER_FIELDS = ['player', 'max_players', 'play_networks']
/** No route depends on it. */
const OTHER_FIELDS = ['description']

/** Remembers each row as long as it lives: most of a large table doesn't change. */
export function soundness(): (row: StreamIdRecord) => Soundness {
  const known = new WeakMap<StreamIdRecord, Soundness>()
  return row => {
    const found = known.get(row)
    if (found) return found
    const problems = streamIdProblems(row).filter(({ where }) => !OTHER_FIELDS.includes(where))
    const isPlayers = ({ where }: { where: string }) => PLAYER_FIELDS.includes(where)
    const text = (problem: { where: string; what: string } | undefined) =>
      problem === undefined ? undefined : `${problem.where} ${problem.what}`
    const sound = {
      publisher: text(problems.find(problem => !isPlayers(problem))),
      player: text(problems.find(isPlayers)),
    }
    known.set(row, sound)
    return sound
  }
}
