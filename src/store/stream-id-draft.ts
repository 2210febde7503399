import {
  DEFAULT_PLAYER_SETTINGS,
  DEFAULT_PUBLISHER_SETTINGS,
  type NewStreamId,
  type PlayerSettings,
  type PublisherSettings,
  type StreamIdPatch,
} from './stream-id-record.ts'

/** A row without what belongs to its publisher. */
export interface DraftRow extends PlayerSettings {
  publisher: string
  player: string
  description: string | null
}

export interface DraftPublisher {
  settings: PublisherSettings
  rowCount: number
  isChanged: boolean
}

/**
 * Stream IDs as they will be, worked out in memory from those that are stored: this is where it is decided what belongs to
 * a player and what to a publisher. Everything that a change names has to be loaded before.
 */
export class StreamIdDraft {
  readonly #rows = new Map<string, DraftRow>()
  readonly #publishers = new Map<string, DraftPublisher>()
  readonly #changed = new Set<DraftRow>()

  load(row: DraftRow): void {
    this.#rows.set(row.player, row)
  }

  loadPublisher(publisher: string, settings: PublisherSettings, rowCount: number): void {
    this.#publishers.set(publisher, { settings, rowCount, isChanged: false })
  }

  knowsPublisher(publisher: string): boolean {
    return this.#publishers.has(publisher)
  }

  has(player: string): boolean {
    return this.#rows.has(player)
  }

  /** A player that isn't there. */
  insert({ publisher, player, ...wishes }: NewStreamId): void {
    const row = { publisher, player, description: null, ...DEFAULT_PLAYER_SETTINGS }
    this.#rows.set(player, row)
    this.#join(publisher, DEFAULT_PUBLISHER_SETTINGS)
    this.#apply(row, wishes)
  }

  /** A player that is there. */
  update(player: string, patch: StreamIdPatch): void {
    const row = this.#rows.get(player)
    if (row === undefined) throw new Error('this player was not loaded')
    if (patch.publisher !== undefined && patch.publisher !== row.publisher) {
      const left = this.#publisher(row.publisher)
      left.rowCount -= 1
      row.publisher = patch.publisher
      this.#join(row.publisher, left.settings)
    }
    this.#apply(row, patch)
  }

  /** The rows to write, in the order in which they were first named. */
  changedRows(): (DraftRow & PublisherSettings)[] {
    return [...this.#changed].map(row => ({ ...row, ...this.#publisher(row.publisher).settings }))
  }

  /** Those whose other rows have to be written too. */
  changedPublishers(): (PublisherSettings & { publisher: string })[] {
    const changed = [...this.#publishers].filter(([, { isChanged }]) => isChanged)
    return changed.map(([publisher, { settings }]) => ({ publisher, ...settings }))
  }

  /** A publisher that has rows keeps its settings. */
  #join(publisher: string, settings: PublisherSettings): void {
    const known = this.#publishers.get(publisher)
    if (known !== undefined && known.rowCount > 0) known.rowCount += 1
    else this.#publishers.set(publisher, { settings, rowCount: 1, isChanged: false })
  }

  #publisher(publisher: string): DraftPublisher {
    const known = this.#publishers.get(publisher)
    if (known === undefined) throw new Error('this publisher was not loaded')
    return known
  }

  #apply(row: DraftRow, wishes: StreamIdPatch): void {
    this.#changed.add(row)
    if (wishes.description !== undefined) row.description = wishes.description
    row.maxPlayers = wishes.maxPlayers ?? row.maxPlayers
    row.playNetworks = wishes.playNetworks ?? row.playNetworks
    row.isTokensOnly = wishes.isTokensOnly ?? row.isTokensOnly
    row.publicName = wishes.publicName ?? row.publicName
    const publisher = this.#publisher(row.publisher)
    const { settings } = publisher
    const { passphrase, maxBitrateKbps, bitrateGraceS, publishNetworks } = wishes
    const isNamed = [passphrase, maxBitrateKbps, bitrateGraceS, publishNetworks].some(
      wish => wish !== undefined,
    )
    if (!isNamed) return
    publisher.settings = {
      passphrase: passphrase ?? settings.passphrase,
      maxBitrateKbps: maxBitrateKbps ?? settings.maxBitrateKbps,
      bitrateGraceS: bitrateGraceS ?? settings.bitrateGraceS,
      publishNetworks: publishNetworks ?? settings.publishNetworks,
    }
    publisher.isChanged = true
  }
}
