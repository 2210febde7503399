import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import { guardedLookup, type Resolve, TargetRefused } from './resolve.ts'
import { hostOf, type TargetGuard } from './target-guard.ts'

/** Nothing in the answer matters but its status. */
const ANSWER_LIMIT_BYTES = 64 * 1024
/** Node's own 250 ms is too short for a far host with several addresses. */
const NEXT_ADDRESS_AFTER_MS = 2500

export interface Exchange {
  url: string
  headers: Readonly<Record<string, string>>
  body: string
  guard: Pick<TargetGuard, 'addressProblem' | 'urlProblem'>
  resolve: Resolve
  /** Authorities as PEM; undefined: the usual ones. */
  ca: string | undefined
  /** Ends it, whatever it is at. */
  signal: AbortSignal
  /** As soon as the status is known; the rest may still fail. */
  onStatus: (status: number) => void
}

export interface Answer {
  status: number
  retryAfter: string | undefined
}

function open({ url: text, headers, body, guard, resolve, ca, signal }: Exchange): http.ClientRequest {
  const url = new URL(text)
  // A socket looks no address up, so that one in the URL is judged here.
  const problem = guard.urlProblem(url)
  if (problem !== undefined) throw new TargetRefused(problem)
  const { request, Agent } = url.protocol === 'https:' ? https : http
  const length = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }
  return request({
    // An agent of its own: no connection is shared, and no proxy of the environment is used.
    agent: new Agent({ keepAlive: false, autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_AFTER_MS }),
    ...{ method: 'POST', protocol: url.protocol, hostname: hostOf(url), port: url.port, signal },
    path: url.pathname + url.search,
    headers: { ...headers, ...length },
    lookup: guardedLookup({ guard, resolve, signal }),
    // Whatever NODE_TLS_REJECT_UNAUTHORIZED says.
    ...(url.protocol === 'https:' ? { rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) } : {}),
  })
}

/** One POST and its answer, which is read to its end if it is one of success. Throws what the network throws. */
export async function exchange(wish: Exchange): Promise<Answer> {
  const sent = open(wish)
  const received = new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve)
    // To the end: an error that nobody listens to ends the process.
    sent.on('error', reject)
    // An answer that was none, such as a change of protocols.
    sent.on('close', () => reject(new Error('closed without an answer')))
  })
  sent.end(wish.body)
  try {
    const response = await received
    const status = response.statusCode ?? 0
    wish.onStatus(status)
    if (status >= 200 && status < 300) await drain(response)
    return { status, retryAfter: response.headers['retry-after'] }
  } finally {
    sent.destroy()
  }
}

/** Reads what there is, up to the limit. Throws when it ends before its end. */
async function drain(response: IncomingMessage): Promise<void> {
  let bytes = 0
  for await (const chunk of response) {
    bytes += Buffer.isBuffer(chunk) ? chunk.length : 0
    if (bytes > ANSWER_LIMIT_BYTES) return
  }
}
