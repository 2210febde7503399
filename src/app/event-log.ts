import type { ConnectionIdentity, EngineEvent } from '../engine/contract.ts'
import { REFUSE_CODES } from '../engine/contract.ts'
import type { Logger } from '../lib/logger.ts'
import { maskId } from '../lib/mask.ts'

/** A player's stream ID may be shown; a publisher's is a secret, and so is the stream's key. */
function described(event: ConnectionIdentity): object {
  const { connectionId, listener, role, peer, latencyMs, srtVersion, encrypted } = event
  const streamId = role === 'play' ? event.streamId : maskId(event.streamId)
  // The number of the token; the token itself never comes here.
  const token = event.tokenId === '' ? {} : { tokenId: event.tokenId }
  return { connectionId, listener, role, peer, streamId, latencyMs, srtVersion, encrypted, ...token }
}

const REFUSED = {
  'bad-passphrase': 'the passphrase is wrong',
  'no-encryption': 'one side encrypts, the other does not',
  malformed: 'the stream ID is missing or malformed',
  'unknown-stream-id': 'nobody knows this stream ID',
  overload: 'worker_connections is reached',
  forbidden: 'this stream ID is not for this port, or on_event_url refused it',
  'not-live': 'nobody publishes this stream',
  'duplicate-publisher': 'the stream has a publisher that still delivers',
  'not-ready': 'the server is starting or stopping',
  'token-missing': 'this stream ID needs a play token',
  'token-invalid': 'the play token is not valid for this stream ID and address',
  'token-expired': 'the play token has expired',
  'token-used-up': 'the play token has been used as often as it may be',
  network: 'the address is outside the networks of this stream ID',
  'player-limit': 'as many players as this stream ID may have are connected',
  latency: 'the latency is above latency_max',
} as const satisfies Record<keyof typeof REFUSE_CODES, string>

/** One log line an event; the engine has counted what comes in floods. */
export function logEvent(log: Logger, event: EngineEvent): void {
  switch (event.type) {
    case 'connected':
      log.info(described(event), 'connected')
      return
    case 'approval-wanted':
      log.debug(described(event), 'waiting for approval')
      return
    case 'disconnected': {
      const { connectionId, reason, durationMs, bytes } = event
      log.info({ connectionId, reason, durationMs, bytes }, 'disconnected')
      return
    }
    case 'refused': {
      const { listener, reason, count, lastPeer } = event
      const lastStreamId = maskId(event.lastStreamId)
      const fields = { listener, reason, code: REFUSE_CODES[reason], count, lastPeer, lastStreamId }
      log.warn(fields, `refused: ${REFUSED[reason]}`)
      return
    }
    case 'log':
      log[event.level]({ area: event.area, count: event.count }, event.text)
      return
    case 'resync':
      log.warn('events were lost in a flood; the live state is read anew')
      return
    case 'fault':
      log.fatal({ code: event.code }, event.message)
      return
    default:
      event satisfies never
  }
}
