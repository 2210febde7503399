import fc from 'fast-check'
import type { JsonSchema } from '../../src/http/json-schema.ts'

/** Values that mean something, by the name of the field. */
export type Known = Readonly<Record<string, fc.Arbitrary<unknown>>>

const text = ({ minLength = 0, maxLength = 40 }: JsonSchema) =>
  fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, minLength + 40) })

function whole({ minimum = -1000, maximum = 1e9 }: JsonSchema): fc.Arbitrary<number> {
  return fc.oneof(fc.integer({ min: minimum, max: maximum }), fc.constantFrom(minimum, maximum))
}

function record(schema: JsonSchema, known: Known): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties } = schema
  const fields = Object.entries(properties).map(
    ([name, part]) => [name, valuesOf(part, known, name)] as const,
  )
  const isOpen = additionalProperties !== undefined && typeof additionalProperties === 'object'
  const more = isOpen
    ? fc.dictionary(fc.string({ maxLength: 12 }), valuesOf(additionalProperties, known), { maxKeys: 3 })
    : fc.constant({})
  const named = fc.record(Object.fromEntries(fields), { requiredKeys: [...required], noNullPrototype: true })
  return fc.tuple(more, named).map(([others, own]) => ({ ...others, ...own }))
}

/** Values that a schema takes. */
export function valuesOf(schema: JsonSchema, known: Known, name = ''): fc.Arbitrary<unknown> {
  const meaningful = known[name]
  if (meaningful !== undefined) return fc.oneof({ arbitrary: meaningful, weight: 4 }, plain(schema, known))
  return plain(schema, known)
}

function plain(schema: JsonSchema, known: Known): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(each => valuesOf(each, known)))
  switch (schema.type) {
    case 'string':
      return schema.format === 'date-time'
        ? fc
            .date({ noInvalidDate: true, max: new Date(4e12), min: new Date(0) })
            .map(date => date.toISOString())
        : text(schema)
    case 'integer':
      return whole(schema)
    case 'number':
      return fc.oneof(whole(schema), fc.double({ noNaN: true, min: -1e6, max: 1e6 }))
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'array':
      return fc.array(valuesOf(schema.items ?? {}, known), { maxLength: Math.min(schema.maxItems ?? 4, 4) })
    case 'object':
      return record(schema, known)
    default:
      return fc.jsonValue({ maxDepth: 2 })
  }
}
