// What the direct transport is to reach, and whether it did. Pure.
import { capacityOf, isLossless, kbPerPlayer, NOT_REACHED, ratio, ratiosOf } from './verdicts.mjs'

// Noise alone does not make a second worker look useful.
const LEAST_GAIN = 1.05

const NOT_MEASURED = 'not measured'

const runOf = (runs, relay, players) => runs.find(run => run.relay === relay && run.players === players)

/** A number to stay at or below. A run that lost packets does not reach an aim, however cheap it was. */
function atMost(text, value, most, shown, run) {
  if (run?.failed !== undefined) return { text, measured: 'the run failed', isMet: false }
  if (value === null || run === undefined) return { text, measured: NOT_MEASURED, isMet: null }
  const holds = isLossless(run)
  return { text, measured: holds ? shown : `${shown}, with losses`, isMet: holds && value <= most }
}

function cpuAims(runs) {
  const compared = ratiosOf(runs, 'direct', 'libsrt')
  const ratioAt = (players, key) => compared.find(each => each.players === players)?.[key] ?? null
  const shown = value => `${value?.toFixed(2)} of libsrt`
  const single = ratioAt(1, 'cpu')
  return [
    ...[100, 200, 400].map(players => {
      const value = ratioAt(players, 'cpuPerGbit')
      const text = `CPU per Gbit at ${players} players at most 0.35 of libsrt`
      return atMost(text, value, 0.35, shown(value), runOf(runs, 'direct', players))
    }),
    atMost('one player: CPU at most that of libsrt', single, 1, shown(single), runOf(runs, 'direct', 1)),
  ]
}

function memoryAim(runs) {
  const kb = kbPerPlayer(runs, 'direct')
  const text = 'memory of a further player at most 64 KB'
  return atMost(text, kb, 64, `${kb?.toFixed(1)} KB`, runOf(runs, 'direct', 400))
}

function arrivalAim(runs) {
  const run = runOf(runs, 'direct', 400)
  const p99Ms = run?.arrivalP99Ms ?? null
  return atMost('arrival p99 at 400 players at most 15 ms', p99Ms, 15, `${p99Ms?.toFixed(1)} ms`, run)
}

function manyPlayersAim(runs) {
  const text = '800 players without loss'
  const [direct, libsrt] = ['direct', 'libsrt'].map(relay => runOf(runs, relay, 800))
  if (direct === undefined) return { text, measured: NOT_MEASURED, isMet: null }
  const lost =
    direct.failed ?? `lost ${direct.lost} of ${direct.sent * direct.players}, p99 ${direct.arrivalP99Ms} ms`
  const beside = libsrt === undefined ? '' : `; libsrt ${isLossless(libsrt) ? 'holds too' : 'does not hold'}`
  return { text, measured: lost + beside, isMet: isLossless(direct) }
}

function shardsAim(runs) {
  const text = 'one stream gains by a second worker'
  const [one, two] = [1, 2].map(workers => capacityOf(runs, workers))
  const gain = ratio(two?.mostGbps, one?.mostGbps)
  if (gain === null) return { text, measured: NOT_MEASURED, isMet: null }
  const projected = ratio(two.projectedGbps, one.projectedGbps)
  const outlook = projected === null ? '' : `; projected ${projected.toFixed(2)} times`
  const measured = `${gain.toFixed(2)} times as much delivered (limit: ${two.limit})${outlook}`
  if (one.limit === NOT_REACHED)
    return { text, measured: `${measured}; one is enough for all rates`, isMet: null }
  // Among other processes two threads get more of the cores than one, whatever they do with it.
  if (!one.isQuiet || !two.isQuiet) return { text, measured: `${measured}; not quiet`, isMet: null }
  return { text, measured, isMet: gain >= LEAST_GAIN }
}

/** Each aim with what was measured; `isMet` is null where nothing was. */
export const aimsOf = ({ runs, shards }) => [
  ...cpuAims(runs),
  memoryAim(runs),
  arrivalAim(runs),
  manyPlayersAim(runs),
  shardsAim(shards),
]
