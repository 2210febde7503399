import { findForbidden } from './characters.ts'
import { nearest } from './nearest.ts'
import type { Reading, Refusal } from './reading.ts'

const PERMISSIONS = ['read', 'write', 'admin'] as const

/** What a key is bound to; of player stream IDs. */
export type ConfiguredScope = { readonly players: readonly string[] } | { readonly prefix: string }

/** An API key that the configuration has; its number among them, from 1, is its identity. */
export interface ConfiguredKey {
  readonly key: string
  readonly name: string
  readonly permissions: (typeof PERMISSIONS)[number]
  /** Null: everything. */
  readonly scope: ConfiguredScope | null
}

const MOST_KEYS = 1000
const MOST_PLAYERS = 1000
const MOST_REPORTED = 20
/** Of libsrt: SRTO_STREAMID. */
const STREAM_ID_MAX_BYTES = 512
const NAME_MAX_LENGTH = 256
/** One word, as a header needs it. */
const KEY = /^[\x21-\x7e]{16,512}$/
const BASE64 = /^[\w+/-]+={0,2}$/
const FIELDS = ['key', 'name', 'permissions', 'scope']

/**
 * The keys in a JSON array, or in its base64 of either alphabet, which may be wrapped. No refusal quotes the text:
 * whatever stands in the wrong place may be a key.
 */
export function readConfiguredKeys(text: string): Reading {
  const trimmed = text.trim()
  if (trimmed === '') return { value: [] }
  const entries = /^[[{]/.test(trimmed) ? parseJson(trimmed) : parseJson(decode(trimmed))
  if (!Array.isArray(entries)) return refuse([{ what: 'must be a JSON array, or its base64', hint: HINT }])
  if (entries.length > MOST_KEYS)
    return refuse([{ what: `must have at most ${MOST_KEYS} entries; it has ${entries.length}`, hint: '' }])
  const refusals: Refusal[] = []
  const seen: Seen = { key: new Map(), name: new Map() }
  const keys = entries.flatMap((entry: unknown, index) => {
    const reading = readEntry(entry, index + 1, refusals)
    reportTwin(reading, index + 1, seen, refusals)
    return toKey(reading)
  })
  return refusals.length > 0 ? refuse(refusals) : { value: Object.freeze(keys) }
}

const HINT = `as in '[{"key":"…","name":"ci","permissions":"write"}]'`

function refuse(refusals: readonly Refusal[]): Reading {
  const more = refusals.length - MOST_REPORTED
  if (more <= 0) return { refusals }
  const rest = { what: `has ${more} more problem${more === 1 ? '' : 's'}`, hint: '' }
  return { refusals: [...refusals.slice(0, MOST_REPORTED), rest] }
}

/** '' for what is neither base64 nor UTF-8; then it is no JSON either. */
function decode(wrapped: string): string {
  const text = wrapped.replaceAll(/\s/g, '')
  if (!BASE64.test(text)) return ''
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(text, 'base64'))
  } catch {
    return ''
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's own message quotes the text.
    return undefined
  }
}

/** The fields that were right. */
type EntryReading = { readonly [Field in keyof ConfiguredKey]?: ConfiguredKey[Field] | undefined }

function readEntry(entry: unknown, number: number, refusals: Refusal[]): EntryReading {
  const fail = (what: string, hint = '') => {
    refusals.push({ what: `entry ${number}: ${what}`, hint })
  }
  if (!isObject(entry)) {
    fail('must be an object with key, name and permissions')
    return {}
  }
  for (const field of Object.keys(entry)) reportStrange(field, fail)
  for (const field of ['key', 'name', 'permissions'])
    if (!Object.hasOwn(entry, field)) fail(`${field} is missing`)
  const { key, name, permissions, scope } = entry
  return {
    key: key === undefined ? undefined : readKey(key, fail),
    name: name === undefined ? undefined : readName(name, fail),
    permissions: permissions === undefined ? undefined : readPermissions(permissions, fail),
    scope: scope === undefined || scope === null ? null : readScope(scope, fail),
  }
}

type Fail = (what: string, hint?: string) => void

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Doesn't name the field: a key may stand where its name should be. */
function reportStrange(field: string, fail: Fail): void {
  if (FIELDS.includes(field)) return
  const meant = nearest(field, FIELDS)
  fail('has a field that is none of key, name, permissions, scope', meant ? `did you mean ${meant}?` : '')
}

function readKey(key: unknown, fail: Fail): string | undefined {
  if (typeof key === 'string' && KEY.test(key)) return key
  fail('key must be 16 to 512 printable ASCII characters without spaces')
  return undefined
}

function readName(name: unknown, fail: Fail): string | undefined {
  const isGood =
    typeof name === 'string' &&
    name.trim() !== '' &&
    name.length <= NAME_MAX_LENGTH &&
    findForbidden(name).length === 0
  if (isGood) return name
  fail(`name must be 1 to ${NAME_MAX_LENGTH} printable characters`)
  return undefined
}

function readPermissions(word: unknown, fail: Fail): ConfiguredKey['permissions'] | undefined {
  const permissions = PERMISSIONS.find(each => each === word)
  if (permissions === undefined) fail(`permissions must be one of ${PERMISSIONS.join(', ')}`)
  return permissions
}

function readScope(scope: unknown, fail: Fail): ConfiguredScope | undefined {
  const [field, ...others] = isObject(scope) ? Object.keys(scope) : []
  if (!isObject(scope) || others.length > 0 || (field !== 'players' && field !== 'prefix')) {
    fail('scope must be {"players":["…"]} or {"prefix":"…"}')
    return undefined
  }
  const { players, prefix } = scope
  if (field === 'prefix') {
    if (isStreamId(prefix)) return Object.freeze({ prefix })
    fail(`scope.prefix must be ${STREAM_ID_TEXT}`)
    return undefined
  }
  const isList = Array.isArray(players) && players.length >= 1 && players.length <= MOST_PLAYERS
  if (isList && players.every(isStreamId)) return Object.freeze({ players: Object.freeze([...players]) })
  fail(`scope.players must be 1 to ${MOST_PLAYERS} stream IDs, each ${STREAM_ID_TEXT}`)
  return undefined
}

const STREAM_ID_TEXT = `1 to ${STREAM_ID_MAX_BYTES} bytes of UTF-8 without control characters`

const isStreamId = (id: unknown): id is string =>
  typeof id === 'string' &&
  id !== '' &&
  !/[\p{Cc}\p{Cs}]/u.test(id) &&
  Buffer.byteLength(id) <= STREAM_ID_MAX_BYTES

/** By key and by name: the entry that has it. */
type Seen = Readonly<Record<'key' | 'name', Map<string, number>>>

/** Two entries with one key would be one key with two rights; two with one name couldn't be told apart in the log. */
function reportTwin(reading: EntryReading, number: number, seen: Seen, refusals: Refusal[]): void {
  for (const field of ['key', 'name'] as const) {
    const value = reading[field]
    if (value === undefined) continue
    const twin = seen[field].get(value)
    if (twin === undefined) seen[field].set(value, number)
    else refusals.push({ what: `entry ${number}: ${field} is the same as that of entry ${twin}`, hint: '' })
  }
}

/** None if one of its fields was refused. */
function toKey({ key, name, permissions, scope }: EntryReading): ConfiguredKey[] {
  if (key === undefined || name === undefined || permissions === undefined || scope === undefined) return []
  return [Object.freeze({ key, name, permissions, scope })]
}
