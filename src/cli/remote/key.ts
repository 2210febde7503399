import { readFile } from 'node:fs/promises'
import { messageOf } from '../../lib/errors.ts'
import { CommandError } from '../command-error.ts'
import { EXIT } from '../exit-codes.ts'
import { askHidden, type Terminal } from './prompt.ts'

const HINT = 'put it into a file and use --key-file, or into the environment variable SLS_KEY'

export interface KeySources {
  keyFile: string | undefined
  env: Readonly<Record<string, string | undefined>>
  /** Undefined: there is nobody to ask. */
  terminal: Terminal | undefined
}

async function fromFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const message = `the key file ${path} cannot be read: ${messageOf(cause)}`
    throw new CommandError(message, { exitCode: EXIT.denied, cause })
  }
}

async function find({ keyFile, env, terminal }: KeySources): Promise<string | undefined> {
  if (keyFile !== undefined) return fromFile(keyFile)
  const { SLS_KEY: key } = env
  if (key !== undefined && key !== '') return key
  return terminal === undefined ? undefined : askHidden('API key: ', terminal)
}

/** The API key, never from the command line. Throws CommandError. */
export async function apiKey(sources: KeySources): Promise<string> {
  const key = (await find(sources))?.trim() ?? ''
  if (key === '') throw new CommandError('an API key is needed', { exitCode: EXIT.denied, hint: HINT })
  if (!/^[\x21-\x7e]+$/.test(key)) {
    const message = 'the API key holds characters that no key has'
    throw new CommandError(message, {
      exitCode: EXIT.denied,
      hint: 'a file must hold the key and nothing else',
    })
  }
  return key
}
