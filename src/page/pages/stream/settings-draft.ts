import type { StreamId } from '../../api/types.ts'
import { linesOf } from '../../components/fields.tsx'

/** What the form has in its fields. */
export interface Draft {
  description: string
  public_name: string
  publisher: string
  passphrase: string
  isPassphraseRemoved: boolean
  max_bitrate_kbps: number
  bitrate_grace_s: number
  publish_networks: string
  max_players: number
  play_networks: string
  tokens_only: boolean
}

export const draftOf = (row: StreamId): Draft => ({
  description: row.description ?? '',
  public_name: row.public_name ?? '',
  publisher: row.publisher,
  passphrase: '',
  isPassphraseRemoved: false,
  max_bitrate_kbps: row.max_bitrate_kbps,
  bitrate_grace_s: row.bitrate_grace_s,
  publish_networks: row.publish_networks.join('\n'),
  max_players: row.max_players,
  play_networks: row.play_networks.join('\n'),
  tokens_only: row.tokens_only,
})

function passphraseOf({ passphrase, isPassphraseRemoved }: Draft): string | null | undefined {
  if (isPassphraseRemoved) return null
  return passphrase === '' ? undefined : passphrase
}

const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

/** The fields of a PATCH: those that differ from the row, so that what somebody else changed meanwhile stays. */
export function changesOf(draft: Draft, row: StreamId): Record<string, unknown> {
  const wanted: Record<string, unknown> = {
    description: draft.description.trim() === '' ? null : draft.description.trim(),
    publisher: draft.publisher,
    max_bitrate_kbps: draft.max_bitrate_kbps,
    bitrate_grace_s: draft.bitrate_grace_s,
    publish_networks: linesOf(draft.publish_networks),
    max_players: draft.max_players,
    play_networks: linesOf(draft.play_networks),
    tokens_only: draft.tokens_only,
    ...(row.public_name === undefined ? {} : { public_name: draft.public_name.trim() }),
  }
  const old: Readonly<Record<string, unknown>> = { ...row }
  const changed = Object.entries(wanted).filter(([name, value]) => !isSame(value, old[name]))
  const passphrase = passphraseOf(draft)
  return { ...Object.fromEntries(changed), ...(passphrase === undefined ? {} : { passphrase }) }
}
