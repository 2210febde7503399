// What the numbers say: which runs lost nothing, what limited them, and how relays compare. Pure.

// srt_load's default for publisher and players: who gets a message later than both together cannot play it.
const LATENCY_MS = 120
const NEARLY_ALL = 0.99
const FULL_PERCENT = 90
const IDLE_PERCENT = 5

/** Everything sent at its rate, to everybody, in time to be played. */
export const isLossless = run =>
  run.failed === undefined &&
  run.connected === run.players &&
  run.broken === 0 &&
  !run.publisherBroken &&
  run.lost === 0 &&
  run.sentMbps >= NEARLY_ALL * run.mbps &&
  run.arrivalP99Ms < 2 * LATENCY_MS

/** What other processes took from the cores, in percent of one; the kernel's own work is in it. */
export const othersPercent = run =>
  Math.max(0, 100 * run.cores - run.idlePercent - run.relayCpuPercent - run.loadCpuPercent)

const QUIET_PERCENT = 20

/** Other processes took next to nothing, so the figures are the relay's own. */
export const isQuiet = run => othersPercent(run) <= QUIET_PERCENT

/** What had nothing left to give in a run, in words; 'nothing' if all had. */
export function limitOf(run) {
  if (run.failed !== undefined) return 'failed'
  const busiest = run.busyThreads[0]
  const limits = [
    busiest?.cpuPercent >= FULL_PERCENT && `thread ${busiest.name}`,
    run.loadCpuPercent >= FULL_PERCENT && 'load generator',
    run.loadDrops > 0 && "players' sockets",
    run.relayDrops > 0 && "relay's sockets",
    run.idlePercent < IDLE_PERCENT && 'all cores',
  ].filter(Boolean)
  return limits.length === 0 ? 'nothing' : limits.join(', ')
}

export const ratio = (a, b) => (typeof a === 'number' && typeof b === 'number' && b !== 0 ? a / b : null)

const runOf = (runs, relay, players) =>
  runs.find(run => run.relay === relay && run.players === players && run.failed === undefined)

/** What `subject` costs in terms of `base`, for each number of players both have. */
export function ratiosOf(runs, subject, base) {
  const players = [...new Set(runs.map(run => run.players))]
  return players.flatMap(count => {
    const [one, other] = [runOf(runs, subject, count), runOf(runs, base, count)]
    if (one === undefined || other === undefined) return []
    return [
      {
        players: count,
        cpuPerGbit: ratio(one.cpuMsPerGbit, other.cpuMsPerGbit),
        cpu: ratio(one.relayCpuPercent, other.relayCpuPercent),
        rss: ratio(one.rssMb, other.rssMb),
        arrivalP99: ratio(one.arrivalP99Ms, other.arrivalP99Ms),
        joinFirstData: ratio(one.joinFirstDataMs, other.joinFirstDataMs),
      },
    ]
  })
}

/** RSS of each further player in KB, between 100 and 400 players; null if one of the runs is missing. */
export function kbPerPlayer(runs, relay) {
  const [few, many] = [runOf(runs, relay, 100), runOf(runs, relay, 400)]
  if (few === undefined || many === undefined) return null
  return ((many.rssMb - few.rssMb) * 1024) / (many.players - few.players)
}

/** The run with the most players, of those that lost nothing. */
export const highestLossless = (runs, relay) =>
  runs
    .filter(run => run.relay === relay && isLossless(run))
    .reduce((best, run) => (best === undefined || run.players > best.players ? run : best), undefined)

export const NOT_REACHED = 'not reached'

/**
 * What a number of workers is good for: the most that was delivered in a second; the most without loss; and what the
 * busiest relay thread could deliver at 100 %, judged by the largest run without loss. The last is free of what the
 * load takes from the cores, but is a projection.
 */
export function capacityOf(runs, workers) {
  const own = runs.filter(run => run.workers === workers && run.failed === undefined)
  if (own.length === 0) return undefined
  const most = of => of.reduce((best, run) => (run.deliveredGbps > best.deliveredGbps ? run : best))
  const lossless = own.filter(isLossless)
  const best = most(own)
  const clean = lossless.length === 0 ? undefined : most(lossless)
  const busiestPercent = clean?.busyThreads[0]?.cpuPercent
  return {
    workers,
    mostGbps: best.deliveredGbps,
    limit: isLossless(best) ? NOT_REACHED : limitOf(best),
    isQuiet: isQuiet(best),
    losslessGbps: clean?.deliveredGbps ?? null,
    busiestPercent: busiestPercent ?? null,
    projectedGbps: busiestPercent === undefined ? null : (clean.deliveredGbps * 100) / busiestPercent,
  }
}
