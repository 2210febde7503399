import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, messageOf } from '../lib/errors.ts'
import { type Config, parseConfig } from './config.ts'
import { DEFAULT_CONF, DEFAULT_SOURCE } from './defaults.ts'
import type { Environment } from './environment.ts'
import { invalidConfig } from './invalid.ts'
import type { Overrides } from './overrides.ts'

/** Far above any real file; a device or a database given by mistake is told from a configuration. */
const MOST_BYTES = 256 * 1024

const DEFAULT_FILE = 'sls.conf'

export interface ConfigFile {
  /** Undefined: `sls.conf` in `folder` if there is one, else the built-in defaults. */
  readonly file?: string
  /** Where `sls.conf` is looked for; the working directory unless told. */
  readonly folder?: string
}

export interface ConfigSources extends ConfigFile {
  readonly env: Environment
  /** What the API has set; wins over file and environment. */
  readonly overrides?: Overrides
}

/** Reads, checks and freezes the configuration. Throws CONFIG_INVALID with one problem a line. */
export async function loadConfig({ env, overrides = new Map(), ...where }: ConfigSources): Promise<Config> {
  const result = parseConfig({ ...(await readConfigText(where)), env, overrides })
  if ('config' in result) return result.config
  throw invalidConfig(result.problems)
}

/** The text of the configuration and its name. Throws CONFIG_INVALID if it can't be read. */
export async function readConfigText({
  file,
  folder,
}: ConfigFile): Promise<{ text: string; source: string }> {
  const source = file ?? (folder === undefined ? DEFAULT_FILE : join(folder, DEFAULT_FILE))
  let bytes: Buffer
  try {
    bytes = await readFile(source)
  } catch (error) {
    if (file === undefined && codeOf(error) === 'ENOENT')
      return { text: DEFAULT_CONF, source: DEFAULT_SOURCE }
    throw new AppError('CONFIG_INVALID', `${source}: ${reasonOf(error)}`, { cause: error })
  }
  if (bytes.length > MOST_BYTES || bytes.includes(0)) {
    throw new AppError(
      'CONFIG_INVALID',
      `${source}: this is not a configuration file, but ${describe(bytes)}`,
    )
  }
  return { text: bytes.toString('utf8'), source }
}

const describe = (bytes: Buffer) =>
  bytes.length > MOST_BYTES ? `${bytes.length} bytes of data` : 'binary data'

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined)

function reasonOf(error: unknown): string {
  switch (codeOf(error)) {
    case 'ENOENT':
      return 'the configuration file does not exist'
    case 'EACCES':
      return 'the configuration file may not be read by this user'
    case 'EISDIR':
      return 'the configuration file is a folder'
    default:
      return `the configuration file cannot be read: ${messageOf(error)}`
  }
}
