import { isIPv6 } from 'node:net'
import { loadConfig } from '../../config/load.ts'
import { AppError } from '../../lib/errors.ts'

const DEFAULT_URL = 'http://127.0.0.1:8080'
const ANYWHERE: Readonly<Record<string, string>> = { '::': '127.0.0.1', '0.0.0.0': '127.0.0.1' }

function checked(text: string): string {
  const hint = 'such as http://127.0.0.1:8080 or https://relay.example.com'
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new AppError('USAGE', '--url must be an http or https URL', { hint })
  if (url.username !== '' || url.password !== '')
    throw new AppError('USAGE', '--url must not hold a user or a password', { hint })
  return (url.origin + url.pathname).replace(/\/+$/, '')
}

async function fromConfig(file: string): Promise<string> {
  const { srt } = await loadConfig({ env: process.env, file })
  const host = ANYWHERE[srt.httpHost] ?? srt.httpHost
  const scheme = srt.tlsCert === '' ? 'http' : 'https'
  return `${scheme}://${isIPv6(host) ? `[${host}]` : host}:${srt.httpPort}`
}

/** Where the API is: --url, else what the configuration says, else the default. Throws USAGE, CONFIG_INVALID. */
export async function apiUrl(url: string | undefined, conf: string | undefined): Promise<string> {
  if (url !== undefined) return checked(url)
  return conf === undefined ? DEFAULT_URL : fromConfig(conf)
}
