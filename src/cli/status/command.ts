import { Command } from 'commander'
import { EXIT } from '../exit-codes.ts'
import { endWithReader, print } from '../output.ts'
import { clientFor, type RemoteOptions, withRemoteOptions } from '../remote/options.ts'
import { paintFor } from '../terminal/style.ts'
import { statusReport } from './report.ts'
import { statusLines } from './screen.ts'

const HELP = `
Exit codes:
  ${EXIT.ok}   fine
  ${EXIT.failure}   the server cannot be reached, or does not answer as it should
  ${EXIT.attention}   it answers, but is not ready, or alerts are raised
  ${EXIT.denied}  the API key is missing, is not taken, or may not do this`

/** `sls status` */
export function statusCommand(conf: () => string | undefined, onExitCode: (code: number) => void): Command {
  return withRemoteOptions(new Command('status').description('how a running server is, on one screen'))
    .addHelpText('after', HELP)
    .action(async (options: RemoteOptions) => {
      endWithReader()
      const client = await clientFor(options, conf())
      const report = await statusReport(client)
      for (const line of statusLines(report, client.url, paintFor(process.stdout, process.env))) print(line)
      const isFine = report.reasons.length === 0 && report.alerts.length === 0
      onExitCode(isFine ? EXIT.ok : EXIT.attention)
    })
}
