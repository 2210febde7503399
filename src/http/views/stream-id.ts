import type { StreamIdDetails } from '../../access/stream-id-desk.ts'
import type { ConnectionStats } from '../../engine/contract.ts'
import type { StreamIdSettings } from '../../store/stream-ids.ts'
import type { StreamIdRow } from '../deps.ts'
import type { StreamIdDetail } from '../schemas/stream-ids.ts'
import type { SettingsBody } from '../schemas/stream-settings.ts'
import { isoOfSeconds, isoOfStored } from './times.ts'

/** Who is connected, counted once for any number of rows. */
export interface LiveCounts {
  /** Stream keys of those who publish. */
  publishers: ReadonlySet<string>
  /** Player stream ID -> how many. */
  players: ReadonlyMap<string, number>
}

export function liveCounts(connections: readonly ConnectionStats[]): LiveCounts {
  const publishers = new Set<string>()
  const players = new Map<string, number>()
  for (const { role, streamId, streamKey } of connections) {
    if (role === 'publish') publishers.add(streamKey)
    else players.set(streamId, (players.get(streamId) ?? 0) + 1)
  }
  return { publishers, players }
}

/** As the list without a query shows a pair: `description` is left out where there is none. */
export function streamIdPair({ publisher, player, description }: StreamIdRow): object {
  return description === null || description === ''
    ? { publisher, player }
    : { publisher, player, description }
}

/** `streamKey`: the publisher, also where the asking key may not know it and so the row has none. */
export function streamIdDetail(row: StreamIdDetails, streamKey: string, live: LiveCounts): StreamIdDetail {
  return {
    id: row.id,
    publisher: row.publisher,
    player: row.player,
    description: row.description === '' ? null : row.description,
    max_players: row.maxPlayers,
    play_networks: [...row.playNetworks],
    tokens_only: row.isTokensOnly,
    public_name: row.publicName,
    max_bitrate_kbps: row.maxBitrateKbps,
    bitrate_grace_s: row.bitrateGraceS,
    publish_networks: [...row.publishNetworks],
    has_passphrase: row.hasPassphrase,
    tokens_not_before: isoOfSeconds(row.tokensNotBeforeS),
    live: live.publishers.has(streamKey),
    players: live.players.get(row.player) ?? 0,
    created_at: isoOfStored(row.createdAt),
    updated_at: isoOfStored(row.updatedAt),
  }
}

/** The settings that a body names, and no other. */
export function settingsOf(body: SettingsBody): Partial<StreamIdSettings> {
  const settings: Partial<StreamIdSettings> = {}
  if (body.passphrase !== undefined) settings.passphrase = body.passphrase ?? ''
  if (body.max_players !== undefined) settings.maxPlayers = body.max_players
  if (body.play_networks !== undefined) settings.playNetworks = body.play_networks
  if (body.tokens_only !== undefined) settings.isTokensOnly = body.tokens_only
  if (body.public_name !== undefined) settings.publicName = body.public_name
  if (body.max_bitrate_kbps !== undefined) settings.maxBitrateKbps = body.max_bitrate_kbps
  if (body.bitrate_grace_s !== undefined) settings.bitrateGraceS = body.bitrate_grace_s
  if (body.publish_networks !== undefined) settings.publishNetworks = body.publish_networks
  return settings
}
