import { maskId } from '../../../lib/mask.ts'
import type { SettingsBody } from '../../schemas/stream-settings.ts'

export interface Change extends SettingsBody {
  publisher?: string
  description?: string | null
}

/** The fields of a body as the audit log may have them. */
export function shownChange(body: Change): Record<string, unknown> {
  const { publisher, passphrase, description, max_players, play_networks, tokens_only } = body
  const { max_bitrate_kbps, bitrate_grace_s, publish_networks, public_name } = body
  const shown = {
    publisher: publisher === undefined ? undefined : maskId(publisher),
    passphrase: passphrase === undefined ? undefined : passphrase ? 'set' : 'removed',
    ...{ description, max_players, play_networks, tokens_only },
    ...{ max_bitrate_kbps, bitrate_grace_s, publish_networks, public_name },
  }
  return Object.fromEntries(Object.entries(shown).filter(([, value]) => value !== undefined))
}
