import { loadConfig } from '../config/load.ts'
import { EXIT } from './exit-codes.ts'
import { print, printError } from './output.ts'

/** Says whether a configuration is right. Throws AppError CONFIG_INVALID with every problem. */
export async function check(file: string | undefined): Promise<number> {
  const config = await loadConfig({ env: process.env, ...(file === undefined ? {} : { file }) })
  for (const warning of config.warnings) printError(`warning: ${warning.text}`)
  print(
    `${config.source}: fine, ${config.servers.length} server block${config.servers.length === 1 ? '' : 's'}`,
  )
  return EXIT.ok
}
