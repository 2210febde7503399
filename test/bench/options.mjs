// The command line of the benchmark.
import { parseArgs } from 'node:util'

export const TRANSPORTS = ['libsrt', 'direct']
export const PARTS = ['fanout', 'encrypted', 'io', 'shards', 'idle', 'stats', 'watch', 'control', 'analytics']
/** What `--short` changes: seconds a run instead of minutes in all. Its figures are coarse. */
const SHORT = { players: '1,100', seconds: '2', 'settle-seconds': '1', 'ramp-mbps': '16' }
const SHORT_PARTS = ['fanout', 'encrypted', 'io', 'shards']

export const USAGE = `npm run bench -- [options]
  --transports libsrt,direct         of this checkout, in turns
  --players 1,50,100,200,400,800     numbers of players, one run each
  --mbps 4                           rate of the stream
  --seconds 8                        measured time of a run
  --settle-seconds 3                 between the last join and the measurement
  --against bare|PATH                compare with the bare libsrt relay or with another built checkout too
  --only, --skip ${PARTS.join(',')}
  --io                               the same as --only io
  --ramp-mbps 8,12,16,20,24         rates that the shards part tries, until there is no gain
  --ramp-players 200                 players of the shards part
  --gro                              players take segments in one piece, as behind a network card that segments
  --short                            ${Object.entries(SHORT)
    .map(([name, value]) => `--${name} ${value}`)
    .join(' ')} --only ${SHORT_PARTS.join(',')}
  --json FILE                        write the numbers there too`

export class UsageError extends Error {}

function positive(name, text) {
  const value = Number(text)
  if (!(value > 0)) throw new UsageError(`--${name} must be a number above 0, not '${text}'`)
  return value
}

const positives = (name, text) => text.split(',').map(each => positive(name, each))

function someOf(name, known, text) {
  const chosen = text.split(',').filter(Boolean)
  const stranger = chosen.find(each => !known.includes(each))
  if (stranger !== undefined) {
    throw new UsageError(`--${name} is of ${known.join(', ')}, not '${stranger}'\n\n${USAGE}`)
  }
  return chosen
}

function partsOf(values) {
  const usual = values.short ? SHORT_PARTS : PARTS
  const only = values.io ? ['io'] : someOf('only', PARTS, values.only ?? usual.join(','))
  const skipped = someOf('skip', PARTS, values.skip)
  return only.filter(part => !skipped.includes(part))
}

/** Throws UsageError. */
export function parseOptions(argv) {
  const text = (/** @type {string} */ value) => ({ type: 'string', default: value })
  const flag = { type: 'boolean', default: false }
  const optional = { type: 'string' }
  const usual = argv.includes('--short') ? SHORT : {}
  const { values } = parseArgs({
    args: argv,
    options: {
      transports: text('libsrt,direct'),
      players: text(usual.players ?? '1,50,100,200,400,800'),
      mbps: text('4'),
      seconds: text(usual.seconds ?? '8'),
      'settle-seconds': text(usual['settle-seconds'] ?? '3'),
      'ramp-mbps': text(usual['ramp-mbps'] ?? '8,12,16,20,24'),
      'ramp-players': text('200'),
      against: optional,
      only: optional,
      skip: text(''),
      io: flag,
      gro: flag,
      short: flag,
      json: optional,
    },
  })
  return {
    transports: someOf('transports', TRANSPORTS, values.transports),
    players: positives('players', values.players),
    mbps: positive('mbps', values.mbps),
    seconds: positive('seconds', values.seconds),
    settleSeconds: Number(values['settle-seconds']),
    rampMbps: positives('ramp-mbps', values['ramp-mbps']),
    rampPlayers: positive('ramp-players', values['ramp-players']),
    gro: values.gro,
    against: values.against,
    parts: partsOf(values),
    jsonFile: values.json,
  }
}
