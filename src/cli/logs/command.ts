import { Command, InvalidArgumentError } from 'commander'
import { EVENT_TYPE_NAMES, isEventType } from '../../events/catalogue.ts'
import { endWithReader, print, printError } from '../output.ts'
import type { Fields } from '../remote/fields.ts'
import { clientFor, type RemoteOptions, withRemoteOptions } from '../remote/options.ts'
import { paintFor } from '../terminal/style.ts'
import { Follower } from './follow.ts'
import { eventLine } from './line.ts'

const DEFAULT_LINES = 20
const MOST_LINES = 10_000

interface LogsOptions extends RemoteOptions {
  follow?: boolean
  lines: number
  types?: string[]
  player?: string
  json?: boolean
}

function lineCount(text: string): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : MOST_LINES + 1
  if (value > MOST_LINES) throw new InvalidArgumentError(`It is a whole number from 0 to ${MOST_LINES}.`)
  return value
}

function eventTypes(text: string): string[] {
  const types = text.split(',').filter(type => type !== '')
  const unknown = types.find(type => !isEventType(type))
  if (unknown === undefined && types.length > 0) return types
  throw new InvalidArgumentError(
    `There is no type '${unknown ?? ''}'; there are ${EVENT_TYPE_NAMES.join(', ')}.`,
  )
}

function pathOf({ types, player }: LogsOptions): string {
  const query = new URLSearchParams({
    ...(types === undefined ? {} : { types: types.join(',') }),
    ...(player === undefined ? {} : { player }),
  })
  return query.size === 0 ? '/api/events' : `/api/events?${query}`
}

/** `sls logs` */
export function logsCommand(conf: () => string | undefined): Command {
  return withRemoteOptions(
    new Command('logs').description('what happened on a running server, and what happens'),
  )
    .option('-f, --follow', 'go on with what happens from now on')
    .option('-n, --lines <count>', 'of past events', lineCount, DEFAULT_LINES)
    .option('--types <types>', 'only these types of events, such as publish,unpublish', eventTypes)
    .option('--player <stream id>', 'only events about this player stream ID')
    .option('--json', 'one JSON object a line')
    .action(async (options: LogsOptions) => {
      endWithReader()
      const paint = paintFor(process.stdout, process.env)
      const show = (event: Fields) =>
        print(options.json === true ? JSON.stringify(event) : eventLine(event, paint))
      const client = await clientFor(options, conf())
      const path = pathOf(options)
      // One at least, for its id: what happens between the list and the stream must not be lost.
      const past = await client.rows(path, Math.max(1, options.lines))
      for (const event of past.slice(0, options.lines).reverse()) show(event)
      if (options.follow !== true) return
      const onTrouble = (sentence: string) => printError(`sls: ${sentence}`)
      const lastId = past[0]?.number('id') ?? 0
      await new Follower({ client, path, lastId, onEvent: show, onTrouble }).run()
    })
}
