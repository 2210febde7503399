// The command line of the benchmark.
import { parseArgs } from 'node:util'

export const USAGE = `npm run bench -- [options]
  --players 1,50,100,200   numbers of players, one run each
  --mbps 4                 rate of the stream
  --seconds 8              measured time of a run
  --settle-seconds 3       between the last join and the measurement
  --against bare|PATH      compare with the bare libsrt relay (default) or with another built checkout
  --only server|against    measure one side
  --skip idle,stats,control  leave out parts; fanout too
  --json FILE              write the numbers there too`

export class UsageError extends Error {}

function positive(name, text) {
  const value = Number(text)
  if (!(value > 0)) throw new UsageError(`--${name} must be a number above 0, not '${text}'`)
  return value
}

/** Throws UsageError. */
export function parseOptions(argv) {
  const text = (/** @type {string} */ value) => ({ type: 'string', default: value })
  const { values } = parseArgs({
    args: argv,
    options: {
      players: text('1,50,100,200'),
      mbps: text('4'),
      seconds: text('8'),
      'settle-seconds': text('3'),
      against: text('bare'),
      only: { type: 'string' },
      skip: text(''),
      json: { type: 'string' },
    },
  })
  if (values.only !== undefined && !['server', 'against'].includes(values.only)) {
    throw new UsageError(`--only is server or against, not '${values.only}'\n\n${USAGE}`)
  }
  return {
    players: values.players.split(',').map(each => positive('players', each)),
    mbps: positive('mbps', values.mbps),
    seconds: positive('seconds', values.seconds),
    settleSeconds: Number(values['settle-seconds']),
    against: values.against,
    only: values.only,
    skip: new Set(values.skip.split(',').filter(Boolean)),
    jsonFile: values.json,
  }
}
