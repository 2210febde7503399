import { Command, InvalidArgumentError } from 'commander'
import { endWithReader, print } from '../output.ts'
import { clientFor, type RemoteOptions, withRemoteOptions } from '../remote/options.ts'
import { plainLines } from './frame.ts'
import { LiveTop } from './live-top.ts'
import { Camera } from './picture.ts'
import { FIRST_VIEW } from './view.ts'

const DEFAULT_INTERVAL_S = 2
const HELP = `
Keys: q quits, s sorts by something else, p shows publishers only, P players only, arrows and page keys scroll.
Without a terminal, or with --once, it prints one table.`

interface TopOptions extends RemoteOptions {
  interval: number
  once?: boolean
}

function intervalS(text: string): number {
  const value = /^\d{1,4}(\.\d)?$/.test(text) ? Number(text) : 0
  if (value < 1 || value > 3600) throw new InvalidArgumentError('It is a number of seconds from 1 to 3600.')
  return value
}

/** `sls top` */
export function topCommand(conf: () => string | undefined): Command {
  return withRemoteOptions(new Command('top').description('who is connected to a running server, live'))
    .option('--interval <seconds>', 'between two looks', intervalS, DEFAULT_INTERVAL_S)
    .option('--once', 'print one table')
    .addHelpText('after', HELP)
    .action(async ({ interval, once = false, ...remote }: TopOptions) => {
      endWithReader()
      const camera = new Camera(await clientFor(remote, conf()))
      // Before the screen is taken: what is wrong from the beginning is said on the usual one.
      const picture = await camera.take()
      const [input, output] = [process.stdin, process.stdout]
      if (!once && input.isTTY && output.isTTY) {
        await new LiveTop({ camera, intervalMs: interval * 1000, input, output }, picture).run()
        return
      }
      for (const line of plainLines(picture, FIRST_VIEW)) print(line)
    })
}
