import { readFile } from 'node:fs/promises'
import type { Config } from '../config/config.ts'
import type { Certificate } from '../http/tls.ts'
import { AppError, messageOf } from '../lib/errors.ts'

/** Reads tls_cert and tls_key; undefined: plain HTTP. Throws CONFIG_INVALID. */
export async function readCertificate({ srt }: Config): Promise<Certificate | undefined> {
  if (srt.tlsCert === '') return undefined
  return { cert: await read('tls_cert', srt.tlsCert), key: await read('tls_key', srt.tlsKey) }
}

async function read(directive: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const hint = 'it must be a PEM file that the server may read'
    throw new AppError('CONFIG_INVALID', `${directive} ${path} cannot be read: ${messageOf(cause)}`, {
      hint,
      cause,
    })
  }
}
