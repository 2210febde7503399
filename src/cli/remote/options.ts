import { type Command, Option } from 'commander'
import { AppError } from '../../lib/errors.ts'
import { ApiClient } from './client.ts'
import { apiKey } from './key.ts'
import { apiUrl } from './url.ts'

const HELP = `
The API key comes from --key-file or the environment variable SLS_KEY, or is asked for.`

export interface RemoteOptions {
  url?: string
  keyFile?: string
  /** Only there to be refused. */
  key?: string | boolean
}

/** What a command needs that asks a running server. */
export function withRemoteOptions(command: Command): Command {
  return command
    .option('--url <url>', 'of the server; else http://127.0.0.1:8080, or what the file of -c says')
    .option('--key-file <file>', 'holds the API key')
    .addOption(new Option('--key [key]').hideHelp())
    .addHelpText('after', HELP)
}

/** Throws AppError and CommandError. */
export async function clientFor(
  { url, keyFile, key }: RemoteOptions,
  conf: string | undefined,
): Promise<ApiClient> {
  if (key !== undefined) {
    const hint = 'use --key-file or the environment variable SLS_KEY'
    throw new AppError('USAGE', 'a key on the command line could be read by everybody (ps)', { hint })
  }
  const terminal = process.stdin.isTTY ? { input: process.stdin, output: process.stderr } : undefined
  const at = await apiUrl(url, conf)
  return new ApiClient({ url: at, key: await apiKey({ keyFile, env: process.env, terminal }) })
}
