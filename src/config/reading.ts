import type { ConfigValue } from './kinds.ts'

/** What is wrong with a text. Put behind the directive's name it is a sentence. */
export interface Refusal {
  readonly what: string
  /** How to mend it; '' = it is obvious. */
  readonly hint: string
}

/** What a text means, or everything that is wrong with it. */
export type Reading =
  | {
      readonly value: ConfigValue
      /** What was left out of the value because it would have no effect. */
      readonly leftOut?: readonly Refusal[]
    }
  | { readonly refusals: readonly Refusal[] }
