import type { TSchema } from 'typebox'
import { type JsonSchema, viewOf } from '../json-schema.ts'

const isText = (value: unknown) => typeof value === 'string'

/** Programs that make code of the document want to be told what a choice of texts is. */
function typed(part: unknown): unknown {
  const isChoice = part !== null && typeof part === 'object' && 'enum' in part && !('type' in part)
  return isChoice && Array.isArray(part.enum) && part.enum.every(isText) ? { type: 'string', ...part } : part
}

/** A schema of the route table as it stands in the document: without what only our own messages use. */
export function documented(schema: TSchema): JsonSchema {
  const text = JSON.stringify(schema, (key, part: unknown) => (key === 'x-wanted' ? undefined : typed(part)))
  return JSON.parse(text)
}

export interface Parameter {
  name: string
  in: 'path' | 'query'
  required: boolean
  description?: string
  schema: JsonSchema
  example?: unknown
}

export function queryParameters(query: TSchema | undefined): Parameter[] {
  if (query === undefined) return []
  const { required = [] } = viewOf(query)
  const { properties = {} } = documented(query)
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema,
  }))
}
