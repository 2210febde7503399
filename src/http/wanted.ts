import type { JsonSchema } from './json-schema.ts'

/** What a schema asks for, to be put after "must be". */
export function wanted(schema: JsonSchema): string {
  const inWords = schema['x-wanted']
  if (inWords !== undefined) return inWords
  if (schema.const !== undefined) return String(schema.const)
  if (schema.enum !== undefined) return oneOf(schema.enum)
  if (schema.anyOf !== undefined) return anyOf(schema.anyOf)
  return byType(schema)
}

function byType(schema: JsonSchema): string {
  switch (schema.type) {
    case 'string':
      return aString(schema)
    case 'integer':
      return `a whole number${range(schema)}`
    case 'number':
      return `a number${range(schema)}`
    case 'boolean':
      return 'true or false'
    case 'null':
      return 'null'
    case 'array':
      return anArray(schema)
    case 'object':
      return anObject(schema)
    default:
      return 'something else'
  }
}

const oneOf = (values: readonly unknown[]) => `one of ${values.map(String).join(', ')}`

function anyOf(choices: readonly JsonSchema[]): string {
  const values = choices.map(choice => choice.const).filter(value => value !== undefined)
  if (values.length === choices.length) return oneOf(values)
  return choices.map(wanted).join(' or ')
}

function aString({ format, minLength = 0, maxLength }: JsonSchema): string {
  if (format === 'date-time') return 'a date and time such as 2026-01-31T23:59:59Z'
  if (maxLength === undefined)
    return minLength === 0 ? 'a string' : `a string of at least ${minLength} characters`
  if (minLength === 0) return `a string of at most ${maxLength} characters`
  return `a string of ${minLength} to ${maxLength} characters`
}

function range({ minimum, maximum }: JsonSchema): string {
  if (minimum === undefined) return maximum === undefined ? '' : ` of at most ${maximum}`
  return maximum === undefined ? ` of at least ${minimum}` : ` from ${minimum} to ${maximum}`
}

function anArray({ items, maxItems }: JsonSchema): string {
  const size = maxItems === undefined ? '' : ` of at most ${maxItems} items`
  return items === undefined ? `an array${size}` : `an array${size}, each ${wanted(items)}`
}

function anObject({ properties = {}, required = [] }: JsonSchema): string {
  const names = required.length > 0 ? required : Object.keys(properties)
  return names.length === 0 ? 'an object' : `an object with ${names.join(', ')}`
}
