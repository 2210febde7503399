/** A row of GET /api/refusals. */
export interface Refusal {
  id: number
  at: string
  first_at: string
  count: number
  listener: string
  role: 'publisher' | 'player'
  address: string
  port: number
  stream_id: string
  reason: string
  code: number
  message: string
  latency_ms: number | null
  encryption: 'unknown' | 'none' | 'encrypted'
}

/** Every reason the API knows, in a few words. */
export const REASONS: Readonly<Record<string, string>> = {
  'unknown-stream-id': 'Unknown stream ID',
  'not-live': 'Nobody publishes it',
  'duplicate-publisher': 'Publisher already there',
  'bad-passphrase': 'Wrong passphrase',
  'no-encryption': 'Encryption on one side only',
  'token-missing': 'Play token missing',
  'token-invalid': 'Play token invalid',
  'token-expired': 'Play token expired',
  'token-used-up': 'Play token used up',
  network: 'Address not allowed',
  'player-limit': 'Too many players',
  latency: 'Latency too high',
  forbidden: 'Not allowed here',
  malformed: 'Stream ID malformed',
  overload: 'Server full',
  'not-ready': 'Server not ready',
}

export const reasonName = (reason: string): string => REASONS[reason] ?? reason
