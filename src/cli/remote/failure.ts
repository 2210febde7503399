import { messageOf } from '../../lib/errors.ts'
import { CommandError } from '../command-error.ts'
import { EXIT } from '../exit-codes.ts'

const OWN_CERTIFICATE =
  'for a certificate of your own set NODE_EXTRA_CA_CERTS to the PEM file of its authority'
const CERTIFICATE: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an unknown authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate is signed by an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is signed by an unknown authority',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
}

const WHERE = 'is the server running? --url says where it is'

const CONNECTION: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  ECONNREFUSED: ['nobody listens there', WHERE],
  ENOTFOUND: ['the host is not known', 'is its name spelt right?'],
  EAI_AGAIN: ['the host cannot be looked up now', 'is there a network?'],
  EHOSTUNREACH: ['there is no way to the host', 'is there a network?'],
  ENETUNREACH: ['there is no way to the host', 'is there a network?'],
  ETIMEDOUT: ['no answer', WHERE],
  UND_ERR_CONNECT_TIMEOUT: ['no answer', WHERE],
  UND_ERR_HEADERS_TIMEOUT: ['no answer', WHERE],
  ECONNRESET: ['the connection was closed without an answer', 'does the server want https://?'],
  UND_ERR_SOCKET: ['the connection was closed without an answer', 'does the server want https://?'],
  EPROTO: ['no TLS is spoken there', 'does the server want http://?'],
  ERR_SSL_WRONG_VERSION_NUMBER: ['no TLS is spoken there', 'does the server want http://?'],
  ERR_SSL_PACKET_LENGTH_TOO_LONG: ['no TLS is spoken there', 'does the server want http://?'],
}

/** The innermost code of an error and its causes. */
function codeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return ''
  const inner = codeOf(thrown.cause)
  if (inner !== '') return inner
  if (thrown.name === 'TimeoutError') return 'ETIMEDOUT'
  return 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : ''
}

/** A request that got no answer, as a sentence. */
export function unreachable(url: string, thrown: unknown): CommandError {
  const code = codeOf(thrown)
  const certificate = CERTIFICATE[code]
  const [what, hint] =
    certificate === undefined
      ? (CONNECTION[code] ?? [code === '' ? messageOf(thrown) : code, WHERE])
      : [certificate, OWN_CERTIFICATE]
  return new CommandError(`${url} cannot be reached: ${what}`, {
    exitCode: EXIT.failure,
    hint,
    cause: thrown,
  })
}

const KEY_HINT = 'the key comes from --key-file or the environment variable SLS_KEY'

const SENTENCES: Readonly<Record<number, (message: string) => readonly [string, string]>> = {
  401: message => [
    `the API key is not taken: ${message}`,
    `${KEY_HINT}; 'sls keys list' shows which there are`,
  ],
  403: message => [`the API key may not do this: ${message}`, KEY_HINT],
  404: message => [`the server does not know this: ${message}`, 'is it an srt-live-server of this version?'],
  429: message => [
    `too many requests: ${message}`,
    'wait a little; rate_limit_api and rate_limit_stats say how many',
  ],
}

/** An answer that is none of success. */
export function refused(url: string, status: number, message: string): CommandError {
  const [what, hint] = SENTENCES[status]?.(message) ?? [`it answers ${status}: ${message}`, undefined]
  const exitCode = status === 401 || status === 403 ? EXIT.denied : EXIT.failure
  return new CommandError(`${url}: ${what}`, { exitCode, ...(hint === undefined ? {} : { hint }) })
}
