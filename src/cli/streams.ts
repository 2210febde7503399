import { Command, Option } from 'commander'
import { streamIdProblem } from '../access/stream-id-rules.ts'
import { AppError } from '../lib/errors.ts'
import { streamIds } from '../store/stream-ids.ts'
import { print, table } from './output.ts'
import { withDatabase } from './with-database.ts'

const HELP = `
These commands work on the database file; a running server sees the change within a second.`

function checkId(what: string, id: string): void {
  const problem = streamIdProblem(id)
  if (problem !== undefined) throw new AppError('USAGE', `${what}: ${problem}`)
}

/** `sls streams …` */
export function streamsCommand(conf: () => string | undefined): Command {
  const streams = new Command('streams')
    .description('list, add and remove pairs of stream IDs')
    .addHelpText('after', HELP)

  streams
    .command('list')
    .description('list the pairs; publisher stream IDs are secrets')
    .addOption(new Option('--json', 'as JSON'))
    .action(async (options: { json?: boolean }) => {
      const rows = await withDatabase(conf(), database => streamIds(database).all())
      const pairs = rows.map(({ publisher, player, description }) => ({
        publisher,
        player,
        description: description ?? '',
      }))
      if (options.json === true) return print(JSON.stringify(pairs))
      print(
        table([
          ['PUBLISHER', 'PLAYER', 'DESCRIPTION'],
          ...pairs.map(p => [p.publisher, p.player, p.description]),
        ]),
      )
    })

  streams
    .command('add')
    .description('add a pair: publish with the first, play with the second')
    .argument('<publisher>', 'publisher stream ID, to be kept secret')
    .argument('<player>', 'player stream ID')
    .argument('[description]', 'for people')
    .action(async (publisher: string, player: string, description: string | undefined) => {
      checkId('publisher', publisher)
      checkId('player', player)
      await withDatabase(conf(), database =>
        streamIds(database).add({ publisher, player, ...(description === undefined ? {} : { description }) }),
      )
      print(`Added: publish as ${publisher}, play as ${player}.`)
    })

  streams
    .command('remove')
    .description('remove a pair by its player stream ID')
    .argument('<player>', 'player stream ID')
    .action(async (player: string) => {
      const isRemoved = await withDatabase(conf(), database => streamIds(database).remove(player))
      if (!isRemoved) {
        const hint = "'sls streams list' shows them"
        throw new AppError('STREAM_ID_UNKNOWN', `no pair has the player stream ID '${player}'`, { hint })
      }
      print(`Removed: ${player}.`)
    })

  return streams
}
