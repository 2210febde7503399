import { TargetRefused } from './resolve.ts'

const SENTENCES: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the host has no address',
  EAI_AGAIN: 'the host could not be looked up',
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'the host does not answer',
  EPROTO: 'this is no TLS',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another host',
  CERT_HAS_EXPIRED: 'the certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate is signed by an unknown authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the certificate is signed by an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the certificate is signed by an unknown authority',
}

/** The error's code, also of one whose attempts at several addresses failed. */
function codeOf(error: Error): string {
  if ('code' in error && typeof error.code === 'string') return error.code
  return ''
}

/** What went wrong with a call, without the URL: its path may be a secret. */
export function callError(error: unknown): string {
  if (!(error instanceof Error)) return 'the call failed'
  if (error instanceof TargetRefused) return `the URL ${error.message}`
  const code = codeOf(error)
  const sentence = SENTENCES[code]
  if (sentence !== undefined) return `${sentence} (${code})`
  if (code.startsWith('HPE_')) return `the answer is not valid HTTP (${code})`
  return code === '' ? 'the call failed' : `the call failed (${code})`
}
