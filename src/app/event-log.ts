import type { ConnectionIdentity, EngineEvent } from '../engine/contract.ts'
import { REFUSE_CODES } from '../engine/contract.ts'
import type { Logger } from '../lib/logger.ts'
import { maskId } from '../lib/mask.ts'

/** A player's stream ID may be shown; a publisher's is a secret, and so is the stream's key. */
function described(event: ConnectionIdentity): object {
  const { connectionId, listener, role, peer, latencyMs, srtVersion, encrypted } = event
  const streamId = role === 'play' ? event.streamId : maskId(event.streamId)
  return { connectionId, listener, role, peer, streamId, latencyMs, srtVersion, encrypted }
}

const REFUSED = {
  malformed: 'the stream ID is missing or malformed',
  'unknown-stream-id': 'nobody knows this stream ID',
  overload: 'worker_connections is reached',
  forbidden: 'this stream ID is not for this port, or on_event_url refused it',
  'not-live': 'nobody publishes this stream',
  'duplicate-publisher': 'the stream has a publisher that still delivers',
  'not-ready': 'the server is starting or stopping',
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
