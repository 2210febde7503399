import type { ConfigValue, Kind } from './kinds.ts'

export type BlockName = 'srt' | 'server' | 'relay'

/**
 * When a changed value takes effect on reload. 'live': at once, for live connections too. 'listener': for new
 * connections, the UDP port is opened anew. 'restart': with the next start.
 */
export type Apply = 'live' | 'listener' | 'restart'

interface CommonRow {
  readonly name: string
  readonly kind: Kind
  /** One sentence for sls.conf.example and the documents. */
  readonly explanation: string
}

/** A directive that has an effect. */
export interface ActiveRow extends CommonRow {
  /** The field of SrtConfig or ServerConfig, with its unit. */
  readonly key: string
  /** Undefined and not required: the field may be undefined. */
  readonly default?: ConfigValue
  readonly required?: true
  /** What sls.conf.example shows where there is no default. */
  readonly example?: string
  readonly apply: Apply
  /** When a change from or to '' takes effect, where that is later: the directive switches something on or off. */
  readonly applyOfSwitch?: Apply
  /** Without effect with transport libsrt. */
  readonly onlyDirect?: true
  /** Never shown in a message or a log. */
  readonly secret?: true
  /** Never written to the database, so it can't be set over the API for good. */
  readonly isNeverStored?: true
  /** Accepted values that mean another one, and why a warning is due. */
  readonly adjust?: (value: number) => { readonly value: number; readonly warning?: string }
}

/** A directive of old files that is accepted, checked, and has no effect. */
export interface IgnoredRow extends CommonRow {
  /** Why it has no effect. */
  readonly ignored: string
  readonly example: string
}

export type Row = ActiveRow | IgnoredRow

export const isActive = (row: Row): row is ActiveRow => 'key' in row
