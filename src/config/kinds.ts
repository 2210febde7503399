import type { ConfiguredKey } from './configured-keys.ts'
import type { ValueShape } from './tree.ts'

export type Unit = '' | 's' | 'ms' | 'days' | 'bytes' | 'packets' | 'per minute'

/** What a directive's value may be. */
export type Kind =
  | {
      readonly type: 'integer'
      readonly min: number
      readonly max: number
      readonly unit: Unit
      /** Allowed beside the range, with what it means. */
      readonly special?: { readonly value: number; readonly means: string }
    }
  /** Bytes, with an optional suffix k (1024) or m (1024²). */
  | { readonly type: 'size'; readonly min: number; readonly max: number }
  | {
      readonly type: 'choice'
      readonly values: readonly string[]
      readonly aliases: Readonly<Record<string, string>>
    }
  | { readonly type: 'number-choice'; readonly values: readonly number[]; readonly unit: Unit }
  /** on or off. */
  | { readonly type: 'switch' }
  | {
      readonly type: 'text'
      readonly minBytes: number
      readonly maxBytes: number
      /** What "" means; undefined: it isn't allowed. */
      readonly emptyMeans?: string
      /** Only what can stand in a header as one word. */
      readonly isAscii?: true
    }
  /** http:// or https://. */
  | { readonly type: 'url'; readonly emptyMeans: string }
  /** An IPv4 or IPv6 address, not a name. */
  | { readonly type: 'address' }
  /** IP addresses and CIDR blocks. */
  | { readonly type: 'networks' }
  | { readonly type: 'words' }
  /** `*`, or web origins. */
  | { readonly type: 'origins' }
  /** API keys as JSON or base64. */
  | { readonly type: 'keys' }

/** The type of a value of a kind. */
export type ValueOf<K extends Kind> = K extends { type: 'integer' | 'size' | 'number-choice' }
  ? number
  : K extends { type: 'choice'; values: readonly (infer V)[] }
    ? V
    : K extends { type: 'switch' }
      ? boolean
      : K extends { type: 'networks' | 'words' | 'origins' }
        ? readonly string[]
        : K extends { type: 'keys' }
          ? readonly ConfiguredKey[]
          : string

/** Any value a directive can have. */
export type ConfigValue = number | string | boolean | readonly string[] | readonly ConfiguredKey[]

interface Special {
  readonly value: number
  readonly means: string
}

export const integer = (min: number, max: number, unit: Unit = '', special?: Special) =>
  ({ type: 'integer', min, max, unit, ...(special === undefined ? {} : { special }) }) as const

export const port = () => integer(1, 65_535)

export const size = (min: number, max: number) => ({ type: 'size', min, max }) as const

export const choice = <const V extends readonly string[]>(
  values: V,
  aliases: Readonly<Record<string, V[number]>> = {},
) => ({ type: 'choice', values, aliases }) as const

export const numberChoice = (values: readonly number[], unit: Unit = '') =>
  ({ type: 'number-choice', values, unit }) as const

export const onOff = () => ({ type: 'switch' }) as const

export const text = (minBytes: number, maxBytes: number, emptyMeans?: string) =>
  ({ type: 'text', minBytes, maxBytes, ...(emptyMeans === undefined ? {} : { emptyMeans }) }) as const

/** Text that can stand in an HTTP header as one word. */
export const asciiText = (minBytes: number, maxBytes: number, emptyMeans: string) =>
  ({ type: 'text', minBytes, maxBytes, emptyMeans, isAscii: true }) as const

export const url = (emptyMeans: string) => ({ type: 'url', emptyMeans }) as const

export const address = () => ({ type: 'address' }) as const

export const networks = () => ({ type: 'networks' }) as const

export const words = () => ({ type: 'words' }) as const

export const origins = () => ({ type: 'origins' }) as const

export const keys = () => ({ type: 'keys' }) as const

/** Kinds whose value is any number of words. */
export const isList = ({ type }: Kind) => type === 'networks' || type === 'words' || type === 'origins'

export function shapeOf(kind: Kind): ValueShape {
  if (isList(kind)) return 'list'
  return kind.type === 'text' || kind.type === 'keys' ? 'text' : 'word'
}

/** Kinds for which an empty environment variable is a value; for the others it is the same as none. */
export const isEmptyValue = ({ type }: Kind) =>
  type === 'text' || type === 'url' || type === 'origins' || type === 'keys'
