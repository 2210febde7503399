import type { Selectable } from 'kysely'
import type { StreamIdsTable } from './schema.ts'

/** What belongs to the player's stream ID. */
export interface PlayerSettings {
  /** 0 = no limit. */
  maxPlayers: number
  /** Addresses and CIDR blocks; empty: from everywhere. */
  playNetworks: readonly string[]
  isTokensOnly: boolean
  /** Its name in the public status; '' = it is not there. */
  publicName: string
}

/** What belongs to the publisher's stream ID, and so is the same in all its rows. */
export interface PublisherSettings {
  /** '' = none of its own. */
  passphrase: string
  /** 0 = no limit. */
  maxBitrateKbps: number
  bitrateGraceS: number
  /** As playNetworks. */
  publishNetworks: readonly string[]
}

/** What may be set of a pair beside its IDs and its description. */
export interface StreamIdSettings extends PlayerSettings, PublisherSettings {}

export interface StreamIdRecord extends StreamIdSettings {
  id: number
  publisher: string
  player: string
  description: string | null
  /** UTC, e.g. '2026-01-31 23:59:59'. */
  createdAt: string | null
  updatedAt: string | null
  /** Unix seconds; play tokens issued before are void. 0 = none. */
  tokensNotBeforeS: number
}

type Wish<T> = { readonly [Name in keyof T]?: T[Name] | undefined }

/** What is left out stays as it is. */
export interface StreamIdPatch extends Wish<StreamIdSettings> {
  readonly publisher?: string | undefined
  readonly description?: string | null | undefined
}

/** A publisher that exists keeps what is left out; otherwise it is as in DEFAULT_SETTINGS. */
export interface NewStreamId extends StreamIdPatch {
  readonly publisher: string
  readonly player: string
}

/** As the columns' defaults. */
export const DEFAULT_PLAYER_SETTINGS: PlayerSettings = {
  maxPlayers: 0,
  playNetworks: [],
  isTokensOnly: false,
  publicName: '',
}

/** As the columns' defaults. */
export const DEFAULT_PUBLISHER_SETTINGS: PublisherSettings = {
  passphrase: '',
  maxBitrateKbps: 0,
  bitrateGraceS: 10,
  publishNetworks: [],
}

export const DEFAULT_SETTINGS = { ...DEFAULT_PLAYER_SETTINGS, ...DEFAULT_PUBLISHER_SETTINGS }

const listOf = (text: string): string[] => (text === '' ? [] : text.split(' ').filter(word => word !== ''))

export function publisherSettingsOf(
  row: Pick<
    Selectable<StreamIdsTable>,
    'passphrase' | 'max_bitrate_kbps' | 'bitrate_grace_s' | 'publish_networks'
  >,
): PublisherSettings {
  return {
    passphrase: row.passphrase,
    maxBitrateKbps: row.max_bitrate_kbps,
    bitrateGraceS: row.bitrate_grace_s,
    publishNetworks: listOf(row.publish_networks),
  }
}

export function recordOf(row: Selectable<StreamIdsTable>): StreamIdRecord {
  return {
    id: row.id,
    publisher: row.publisher,
    player: row.player,
    description: row.description,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    ...publisherSettingsOf(row),
    maxPlayers: row.max_players,
    playNetworks: listOf(row.play_networks),
    isTokensOnly: row.tokens_only !== 0,
    publicName: row.public_name,
    tokensNotBeforeS: row.tokens_not_before,
  }
}

export const publisherColumnsOf = (settings: PublisherSettings) => ({
  passphrase: settings.passphrase,
  max_bitrate_kbps: settings.maxBitrateKbps,
  bitrate_grace_s: settings.bitrateGraceS,
  publish_networks: settings.publishNetworks.join(' '),
})

export const playerColumnsOf = (settings: PlayerSettings) => ({
  max_players: settings.maxPlayers,
  play_networks: settings.playNetworks.join(' '),
  tokens_only: settings.isTokensOnly ? 1 : 0,
  public_name: settings.publicName,
})
