import type { RefuseReason } from '../engine/contract.ts'
import type { Refusal } from './refusals.ts'

export type RefusalFacts = Pick<Refusal, 'role' | 'latencyMs' | 'encryption'>

/** Each tells the cause and the mend to somebody who has neither the log nor the source at hand. */
const SENTENCES: Readonly<Record<RefuseReason, (facts: RefusalFacts) => string>> = {
  'bad-passphrase': () =>
    'The passphrase is not the one of this stream or port; give both sides the same one, letter for letter.',
  'no-encryption': encryptionSentence,
  malformed: () =>
    'The stream ID is missing or malformed; send the stream ID alone, or as #!::r=<stream ID>,m=<publish or request>.',
  'unknown-stream-id': () =>
    'Nobody knows this stream ID: it is misspelt, or was removed; compare it with the list of stream IDs.',
  overload: () =>
    'The server has as many connections as it may have; raise worker_connections, or end sessions nobody needs.',
  forbidden: ({ role }) =>
    role === 'publish'
      ? 'This stream ID may not publish here: it is a player’s, or on_event_url refused it; use the publisher’s stream ID.'
      : 'This stream ID may not play here: it is a publisher’s, or on_event_url refused it; use the player’s stream ID.',
  'not-live': () =>
    'Nobody publishes this stream at the moment; start its publisher first, or let the player try again.',
  'duplicate-publisher': () =>
    'The stream already has a publisher that delivers; stop that one, or wait until it has been silent for publisher_takeover_after.',
  'not-ready': () => 'The server is starting or shutting down; try again in a moment.',
  'token-missing': () =>
    'This stream can be played with a play token only; send the stream ID that came with a token.',
  'token-invalid': () =>
    'The play token is not valid here: it is damaged, revoked, or bound to another stream or address; issue a new one.',
  'token-expired': () =>
    'The play token has expired; issue a new one, and compare the clocks if it is a fresh one.',
  'token-used-up': () =>
    'The play token has been used as often as it may be (max_uses); issue a new one, or one with more uses.',
  network: ({ role }) =>
    role === 'publish'
      ? 'The address is outside the networks this stream may be published from; add it to publish_networks of the stream.'
      : 'The address is outside the networks this stream may be played from; add it to play_networks of the stream.',
  'player-limit': () =>
    'The player limit of this stream (max_players) is reached; end a player of it, or raise the limit.',
  latency: ({ latencyMs }) =>
    latencyMs === null
      ? 'The SRT latency negotiated is above this port’s latency_max; lower the latency of the peer.'
      : `Negotiated ${latencyMs} ms of SRT latency, above this port’s latency_max; lower the latency of the peer.`,
}

function encryptionSentence({ encryption }: RefusalFacts): string {
  if (encryption === 'none')
    return 'The stream or port demands encryption and the peer came without; set the passphrase at the peer.'
  if (encryption === 'encrypted')
    return 'The peer encrypts and the stream or port has no passphrase; remove it at the peer, or set it here too.'
  return 'One side encrypts and the other does not; set the same passphrase on both sides, or on neither.'
}

export function refusalSentence(reason: RefuseReason, facts: RefusalFacts): string {
  return SENTENCES[reason](facts)
}
