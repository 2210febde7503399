import type { Static, TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import { Check } from 'typebox/value'
import { nearest } from '../config/nearest.ts'
import { AppError, type Problem } from '../lib/errors.ts'
import { requireBody } from './body-parser.ts'
import { type JsonSchema, viewOf } from './json-schema.ts'
import { wanted } from './wanted.ts'

/** More would be no help. */
const MAX_PROBLEMS = 100
const MAX_NAME_LENGTH = 64

// Compiling takes milliseconds, and a schema never changes.
const compiled = new WeakMap<TSchema, Validator>()

function validatorOf(schema: TSchema): Validator {
  const known = compiled.get(schema)
  if (known !== undefined) return known
  const validator = Compile(schema)
  compiled.set(schema, validator)
  return validator
}

/** What a problem is about, for its sentence. */
type Kind = 'field' | 'parameter'

interface Finding extends Problem {
  sentence: string
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

/** A name that the client chose, so that it can stand in a message. */
const shownName = (name: string) =>
  /^[\w.:-]{1,64}$/.test(name) ? name : JSON.stringify(name.slice(0, MAX_NAME_LENGTH))

function unknownName(name: string, where: string, schema: JsonSchema, kind: Kind): Finding {
  const meant = nearest(name, Object.keys(schema.properties ?? {}))
  const hint = meant === undefined ? '' : `, did you mean ${meant}?`
  return { where, what: `is unknown${hint}`, sentence: `Unknown ${kind}: ${where}${hint}` }
}

function inObject(schema: JsonSchema, value: Record<string, unknown>, where: string, kind: Kind): Finding[] {
  const { properties = {}, required = [], additionalProperties } = schema
  const below = (name: string) => (where === '' ? shownName(name) : `${where}.${shownName(name)}`)
  // Each is compared with all names that are known, so that a body full of them would hold everybody up.
  const unknown = Object.keys(value)
    .filter(name => !Object.hasOwn(properties, name))
    .slice(0, MAX_PROBLEMS)
  const missing = required.filter(name => !Object.hasOwn(value, name))
  return [
    ...(additionalProperties === false
      ? unknown.map(name => unknownName(name, below(name), schema, kind))
      : []),
    ...missing.map(name => ({
      where: below(name),
      what: 'is missing',
      sentence: `Missing ${kind}: ${below(name)}`,
    })),
    ...Object.entries(properties)
      .filter(([name]) => Object.hasOwn(value, name))
      .flatMap(([name, part]) => findingsIn(part, value[name], below(name), kind)),
  ]
}

const typeOf = (value: unknown) => (Array.isArray(value) ? 'array' : typeof value)

/** The one alternative that the value can have been meant as; undefined: none, or more than one. */
function meantAs({ anyOf = [] }: JsonSchema, value: unknown): JsonSchema | undefined {
  const [alternative, ...others] = anyOf.filter(({ type }) => type === typeOf(value))
  return others.length === 0 ? alternative : undefined
}

function findingsInside(schema: JsonSchema, value: unknown, where: string, kind: Kind): Finding[] {
  if (schema['x-wanted'] !== undefined) return []
  if (schema.type === 'object' && isObject(value)) return inObject(schema, value, where, kind)
  const { items, maxItems = Number.POSITIVE_INFINITY } = schema
  // Of a list that is too long by far the rest could take long, and would tell nothing.
  if (Array.isArray(value) && items !== undefined)
    return inItems(items, value.slice(0, maxItems + MAX_PROBLEMS), where, kind)
  const meant = meantAs(schema, value)
  return meant === undefined ? [] : findingsInside(meant, value, where, kind)
}

/** Goes as deep as there is one schema for a value; alternatives are named together. */
function findingsIn(schema: JsonSchema, value: unknown, where: string, kind: Kind): Finding[] {
  if (Check(schema, value)) return []
  const inside = findingsInside(schema, value, where, kind)
  if (inside.length > 0) return inside
  const what = `must be ${wanted(schema)}`
  const sentence = where === '' ? `Invalid JSON body: it ${what}` : `Invalid ${kind}: ${where} ${what}`
  return [{ where, what, sentence }]
}

function inItems(items: JsonSchema, values: readonly unknown[], where: string, kind: Kind): Finding[] {
  const findings: Finding[] = []
  for (const [index, value] of values.entries()) {
    findings.push(...findingsIn(items, value, `${where}[${index}]`, kind))
    if (findings.length >= MAX_PROBLEMS) break
  }
  return findings
}

function refusal(code: 'BODY_INVALID' | 'QUERY_INVALID', findings: readonly Finding[]): AppError {
  const problems = findings.slice(0, MAX_PROBLEMS).map(({ where, what }) => ({ where, what }))
  return new AppError(code, findings[0]?.sentence ?? 'Invalid request', { problems })
}

/**
 * The body, checked. Throws BODY_INVALID, whose sentence names the first field that is wrong and what is wanted, with
 * all of them as problems. Values never come back in a message: they may be secrets.
 */
export function readBody<S extends TSchema>(schema: S, body: unknown): Static<S> {
  const value = requireBody(body)
  // The validator of a schema checks for its static type.
  if (validatorOf(schema).Check(value)) return value as Static<S>
  if (viewOf(schema).type === 'object' && !isObject(value)) {
    throw new AppError('BODY_INVALID', 'Invalid JSON body: an object is expected')
  }
  throw refusal('BODY_INVALID', findingsIn(viewOf(schema), value, '', 'field'))
}

const WHOLE_NUMBER = /^(0|-?[1-9]\d{0,14})$/

/** What a parameter's text stands for; a text that isn't of its schema's type stays and is refused as such. */
function fromText(schema: JsonSchema | undefined, text: string): unknown {
  if (schema?.type === 'integer' && WHOLE_NUMBER.test(text)) return Number(text)
  if (schema?.type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true'
  return text
}

/**
 * The query, its texts turned into what the schema says: whole numbers in decimal, 'true' and 'false'. Throws
 * QUERY_INVALID as readBody() does BODY_INVALID, also for a parameter that is given twice.
 */
export function readQuery<S extends TSchema>(schema: S, query: unknown): Static<S> {
  const { properties = {} } = viewOf(schema)
  const given = Object.entries(isObject(query) ? query : {})
  const repeated = given.filter(([, text]) => Array.isArray(text)).map(([name]) => shownName(name))
  if (repeated.length > 0) {
    const findings = repeated.map(where => ({
      where,
      what: 'must be given once',
      sentence: `Invalid parameter: ${where} must be given once`,
    }))
    throw refusal('QUERY_INVALID', findings)
  }
  const value = Object.fromEntries(
    given.map(([name, text]) => {
      const part = Object.hasOwn(properties, name) ? properties[name] : undefined
      return [name, fromText(part, String(text))]
    }),
  )
  if (validatorOf(schema).Check(value)) return value as Static<S>
  throw refusal('QUERY_INVALID', findingsIn(viewOf(schema), value, '', 'parameter'))
}
