import fc from 'fast-check'
import type { StreamIdDetail } from '../../src/http/schemas/stream-ids.ts'

const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 })
const id = text.filter(each => !/[\p{Cc}\p{Surrogate}]/u.test(each))
const AWKWARD = ['a,b', '"quoted"', '=1+1', ' blank ', ';', '#x', "it's", 'a""b', '"', '@x', '\u00a0', '😀']
const networks = fc.subarray(['192.0.2.0/24', '2001:db8::/32', '198.51.100.7'])
/** A line of the list of stream IDs, with all that is awkward in a spreadsheet. */
export const row: fc.Arbitrary<StreamIdDetail> = fc.record({
  id: fc.integer({ min: 1 }),
  publisher: fc.oneof(id, fc.constantFrom(...AWKWARD)),
  player: fc.oneof(id, fc.constantFrom(...AWKWARD)),
  description: fc.option(fc.oneof(text, fc.constantFrom(...AWKWARD, 'a\nb', 'a\r\nb', '\r', '\n', '\ufeff'))),
  max_players: fc.nat(100_000),
  play_networks: networks,
  tokens_only: fc.boolean(),
  public_name: fc.oneof(text, fc.constantFrom(...AWKWARD)),
  max_bitrate_kbps: fc.nat(1_000_000),
  bitrate_grace_s: fc.nat(3600),
  publish_networks: networks,
  has_passphrase: fc.boolean(),
  live: fc.boolean(),
  players: fc.nat(),
  tokens_not_before: fc.constant(null),
  created_at: fc.constant(null),
  updated_at: fc.constant(null),
})
