import type { TSchema } from 'typebox'

/** The keywords of JSON Schema 2020-12 that the schemas of the route table use. */
export interface JsonSchema {
  type?: string
  const?: unknown
  enum?: readonly unknown[]
  anyOf?: readonly JsonSchema[]
  format?: string
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  items?: JsonSchema
  maxItems?: number
  properties?: Readonly<Record<string, JsonSchema>>
  required?: readonly string[]
  additionalProperties?: boolean | JsonSchema
  description?: string
  default?: unknown
  examples?: readonly unknown[]
  /** What is wanted, in words, after "must be"; where the keywords say it badly. Not part of the API's document. */
  'x-wanted'?: string
}

/** TypeBox's schemas are JSON Schema, but its types don't say so. */
export const viewOf = (schema: TSchema): JsonSchema => schema
