import type { Route, RouteRules } from '../engine/contract.ts'
import type { Problem } from '../lib/errors.ts'
import { isSameSettings, type PublisherSettings, stricter } from './publisher-settings.ts'
import { streamIdProblems } from './stream-settings.ts'

/** What a stored pair says about who may connect. */
export interface StreamIdRecord extends PublisherSettings {
  readonly id: number
  readonly publisher: string
  readonly player: string
  readonly maxPlayers: number
  readonly playNetworks: readonly string[]
  readonly isTokensOnly: boolean
  readonly tokensNotBeforeS: number
}

export interface RoutesAndWarnings {
  routes: Route[]
  /** One sentence for each row that is not as it should be; without the IDs, they may be secrets. */
  warnings: string[]
}

/** Nothing beyond what holds for every stream ID of the listener. */
export const NO_RULES: RouteRules = {
  passphrase: '',
  networks: [],
  maxPlayers: 0,
  maxRateKbps: 0,
  rateGraceMs: 0,
  tokenSubject: '',
  isTokenRequired: false,
  tokensNotBeforeS: 0,
}

function publishRules(settings: PublisherSettings): RouteRules | undefined {
  const { passphrase, publishNetworks, maxBitrateKbps, bitrateGraceS } = settings
  if (passphrase === '' && publishNetworks.length === 0 && maxBitrateKbps === 0) return undefined
  const rate = { maxRateKbps: maxBitrateKbps, rateGraceMs: bitrateGraceS * 1000 }
  return { ...NO_RULES, passphrase, networks: publishNetworks, ...rate }
}

/** The passphrase is the publisher's. */
function playRules(row: StreamIdRecord, { passphrase }: PublisherSettings): RouteRules {
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

function publishRoute(publisher: string, settings: PublisherSettings): Route {
  const rules = publishRules(settings)
  const route: Route = { role: 'publish', streamId: publisher, streamKey: publisher }
  return rules === undefined ? route : { ...route, rules }
}

const playRoute = (row: StreamIdRecord, settings: PublisherSettings): Route => ({
  role: 'play',
  streamId: row.player,
  streamKey: row.publisher,
  rules: playRules(row, settings),
})

/** What is wrong with the two halves of a row, each a sentence without its beginning; undefined: nothing. */
interface Soundness {
  publisher: string | undefined
  player: string | undefined
}

interface Publisher {
  readonly firstRowId: number
  /** Undefined: its rows leave nobody who could publish. */
  settings: PublisherSettings | undefined
  isMixed: boolean
  /** Why it is shut, as a sentence. */
  problem: string | undefined
}

function addRow(publisher: Publisher, row: StreamIdRecord, problem: string | undefined): void {
  publisher.problem ??=
    problem === undefined ? undefined : `stream_ids row ${row.id}: its ${problem}; left out`
  if (publisher.settings === undefined || isSameSettings(publisher.settings, row)) return
  publisher.isMixed = true
  publisher.settings = stricter(publisher.settings, row)
}

function warningOf({ firstRowId, settings, isMixed, problem }: Publisher): string[] {
  if (problem !== undefined) return [problem]
  const text = `stream_ids row ${firstRowId}: other rows of its publisher say other things of the publisher`
  if (settings === undefined) return [`${text}, no network is in all of their publish_networks; left out`]
  return isMixed ? [`${text}; the strictest of each holds`] : []
}

/**
 * Who may connect as what: one route a publisher, one a player. The stream is the publisher's stream ID. What belongs to a
 * publisher is the same in all its rows; where somebody else has written, the strictest holds, and if one row is not sound
 * the publisher is shut. What the data plane would not take gets no route, so that one bad row shuts nobody else out.
 */
export function routesOf(rows: readonly StreamIdRecord[]): RoutesAndWarnings {
  const known = new Map<string, Publisher>()
  const judged = rows.map(row => {
    const sound = soundnessOf(row)
    const fresh = { firstRowId: row.id, settings: row, isMixed: false, problem: undefined }
    const publisher = known.get(row.publisher) ?? fresh
    known.set(row.publisher, publisher)
    addRow(publisher, row, sound.publisher)
    return { row, problem: sound.player, publisher, isFirst: publisher === fresh }
  })
  const publishers: Route[] = []
  const players: Route[] = []
  const warnings: string[] = []
  for (const { row, problem, publisher, isFirst } of judged) {
    if (isFirst) warnings.push(...warningOf(publisher))
    if (problem !== undefined) warnings.push(`stream_ids row ${row.id}: its ${problem}; left out`)
    const { settings } = publisher
    if (settings === undefined || publisher.problem !== undefined) continue
    if (isFirst) publishers.push(publishRoute(row.publisher, settings))
    if (problem === undefined) players.push(playRoute(row, settings))
  }
  return { routes: [...publishers, ...players], warnings }
}

const PLAYER_FIELDS = ['player', 'max_players', 'play_networks', 'tokens_not_before']
/** No route depends on it. */
const OTHER_FIELDS = ['description']

function soundnessOf(row: StreamIdRecord): Soundness {
  const problems = streamIdProblems(row).filter(({ where }) => !OTHER_FIELDS.includes(where))
  // Nobody sets it over the API, so that nothing else checks it.
  if (!Number.isSafeInteger(row.tokensNotBeforeS) || row.tokensNotBeforeS < 0)
    problems.push({ where: 'tokens_not_before', what: 'must be a whole number from 0' })
  const isPlayers = ({ where }: Problem) => PLAYER_FIELDS.includes(where)
  const text = (problem: Problem | undefined) => problem && `${problem.where} ${problem.what}`
  return {
    publisher: text(problems.find(problem => !isPlayers(problem))),
    player: text(problems.find(isPlayers)),
  }
}
