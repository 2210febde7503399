import Type from 'typebox'
import { MOST } from '../../access/stream-settings.ts'
import { orNull } from './common.ts'

const network = Type.String({ minLength: 1, maxLength: 64, 'x-wanted': 'an IP address or CIDR block' })
const networks = (description: string) => Type.Array(network, { maxItems: MOST.networks, description })

/** Of the player's row. */
const PLAYER_SETTINGS = {
  max_players: Type.Integer({
    minimum: 0,
    maximum: MOST.maxPlayers,
    description: 'Players at once with this stream ID; 0: no limit.',
  }),
  play_networks: networks('IP addresses and CIDR blocks it may be played from; empty: everywhere.'),
  tokens_only: Type.Boolean({ description: 'Only players with a play token get in.' }),
  public_name: Type.String({
    maxLength: MOST.publicNameLength,
    description: 'Its name at /api/status, which everybody may read; empty: it is not there.',
  }),
}

/** Of the publisher, and so the same for all its players. */
const PUBLISHER_SETTINGS = {
  max_bitrate_kbps: Type.Integer({
    minimum: 0,
    maximum: MOST.maxBitrateKbps,
    description: 'A publisher above it for longer than the grace period is disconnected; 0: no limit.',
  }),
  bitrate_grace_s: Type.Integer({
    minimum: 0,
    maximum: MOST.bitrateGraceS,
    description: 'Grace period in seconds.',
  }),
  publish_networks: networks('IP addresses and CIDR blocks it may be published from; empty: everywhere.'),
}

export const SETTINGS = { ...PLAYER_SETTINGS, ...PUBLISHER_SETTINGS }

/** The texts of a passphrase are bytes to SRT: the length is checked where bytes are counted. */
const Passphrase = Type.String({
  maxLength: 79,
  description:
    "SRT passphrase instead of the server block's, 10 to 79 bytes; empty: none of its own. Never returned.",
})

export const OPTIONAL_SETTINGS = {
  passphrase: Type.Optional(orNull(Passphrase)),
  max_players: Type.Optional(SETTINGS.max_players),
  play_networks: Type.Optional(SETTINGS.play_networks),
  tokens_only: Type.Optional(SETTINGS.tokens_only),
  public_name: Type.Optional(SETTINGS.public_name),
  max_bitrate_kbps: Type.Optional(SETTINGS.max_bitrate_kbps),
  bitrate_grace_s: Type.Optional(SETTINGS.bitrate_grace_s),
  publish_networks: Type.Optional(SETTINGS.publish_networks),
}

const SettingsBody = Type.Object(OPTIONAL_SETTINGS)

/** Settings as they come in. */
export type SettingsBody = Type.Static<typeof SettingsBody>
