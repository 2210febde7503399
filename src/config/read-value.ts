import { isIP, isIPv6 } from 'node:net'
import { findForbidden, quoted } from './characters.ts'
import { readConfiguredKeys } from './configured-keys.ts'
import type { Kind } from './kinds.ts'
import { nearest } from './nearest.ts'
import { readOrigins } from './origins.ts'
import type { Reading } from './reading.ts'
import { rangeOf } from './show.ts'

/** Reads the text of a value. Never throws. A refusal quotes the text only for kinds that can't be secret. */
export function readValue(kind: Kind, text: string): Reading {
  // Base64 in a variable may have line ends, and what may stand in JSON is looked at field by field.
  if (kind.type === 'keys') return readConfiguredKeys(text)
  const [forbidden] = findForbidden(text)
  if (forbidden !== undefined) return refusal(`holds a ${forbidden.what}`, forbidden.hint)
  switch (kind.type) {
    case 'integer':
      return readInteger(kind, text)
    case 'size':
      return readSize(kind, text)
    case 'choice':
      return readChoice(kind, text)
    case 'number-choice': {
      const value = kind.values.find(allowed => String(allowed) === text)
      return value === undefined ? refuse(kind, text, '', 'one of ') : { value }
    }
    case 'switch':
      return readSwitch(kind, text)
    case 'text':
      return readText(kind, text)
    case 'url':
      return readUrl(kind, text)
    case 'address':
      return isIP(text) !== 0 && !text.includes('%') ? { value: text } : refuseAddress(text)
    case 'networks':
      return readNetworks(kind, text)
    case 'words':
      return { value: splitWords(text) }
    case 'origins':
      return readOrigins(text)
  }
}

const refusal = (what: string, hint = ''): Reading => ({ refusals: [{ what, hint }] })

/** `must be <form><range>, not <text>`. */
function refuse(kind: Kind, text: string, hint = '', form = ''): Reading {
  return refusal(`must be ${form}${rangeOf(kind)}, not ${quoted(text)}`, hint)
}

function readInteger(kind: Extract<Kind, { type: 'integer' }>, text: string): Reading {
  if (!/^-?\d{1,15}$/.test(text)) {
    const [, number] = /^(-?\d{1,15}) *[a-z]+$/i.exec(text) ?? []
    const hint = number === undefined ? '' : `write ${number} without a unit`
    return refuse(kind, text, hint, 'a whole number, ')
  }
  const value = Number(text)
  const isInRange = value >= kind.min && value <= kind.max
  // -0 is 0 to everybody who writes it, but not to Object.is.
  if (isInRange || value === kind.special?.value) return { value: value + 0 }
  return refuse(kind, text)
}

const FACTORS: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 * 1024 }

function readSize(kind: Extract<Kind, { type: 'size' }>, text: string): Reading {
  const [, digits, suffix = ''] = /^(\d{1,12})([km]?)$/i.exec(text) ?? []
  const value = Number(digits) * (FACTORS[suffix.toLowerCase()] ?? 1)
  if (value >= kind.min && value <= kind.max) return { value }
  return refuse(kind, text, digits === undefined ? 'a number with k, m or nothing behind it' : '')
}

function readChoice(kind: Extract<Kind, { type: 'choice' }>, text: string): Reading {
  const lower = text.toLowerCase()
  const value = kind.values.find(allowed => allowed === lower) ?? aliasOf(kind.aliases, lower)
  if (value !== undefined) return { value }
  return refuse(kind, text, meant(nearest(text, kind.values)), 'one of ')
}

function aliasOf(aliases: Readonly<Record<string, string>>, word: string): string | undefined {
  return Object.hasOwn(aliases, word) ? aliases[word] : undefined
}

function readSwitch(kind: Kind, text: string): Reading {
  const lower = text.toLowerCase()
  if (lower === 'on' || lower === 'off') return { value: lower === 'on' }
  const slip = ['yes', 'true', '1', 'no', 'false', '0'].indexOf(lower)
  return refuse(kind, text, slip === -1 ? '' : meant(slip < 3 ? 'on' : 'off'), 'one of ')
}

const meant = (word: string | undefined) => (word === undefined ? '' : `did you mean ${word}?`)

function readText(kind: Extract<Kind, { type: 'text' }>, text: string): Reading {
  const bytes = Buffer.byteLength(text)
  if (bytes === 0 && kind.emptyMeans !== undefined) return { value: '' }
  if (bytes < kind.minBytes || bytes > kind.maxBytes)
    return refusal(`must be ${rangeOf(kind)}; it has ${bytes}`)
  if (kind.isAscii && !/^[\x21-\x7e]*$/.test(text)) return refusal(`must be ${rangeOf(kind)}`)
  return { value: text }
}

function readUrl(kind: Extract<Kind, { type: 'url' }>, text: string): Reading {
  if (text === '') return { value: '' }
  const isGood = /^https?:\/\/[^\s/]/i.test(text) && !/\s/.test(text) && URL.canParse(text)
  if (isGood) return { value: text }
  const hint = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? '' : 'begin it with http:// or https://'
  return refusal(`must be ${rangeOf(kind)}`, hint)
}

function refuseAddress(text: string): Reading {
  const [, inner = ''] = /^\[(.*)\]$/.exec(text) ?? []
  const hint = isIPv6(inner) ? `write ${inner} without brackets` : 'a host name is not accepted here'
  return refuse({ type: 'address' }, text, hint)
}

function readNetworks(kind: Extract<Kind, { type: 'networks' }>, text: string): Reading {
  const networks = splitWords(text.replaceAll(',', ' '))
  const wrong = networks.find(network => !isNetwork(network))
  return wrong === undefined ? { value: networks } : refuse(kind, wrong)
}

/** An IP address, or one with `/` and a prefix length that its family has. */
function isNetwork(text: string): boolean {
  const [, ip = '', , prefix] = /^([^/%]+)(\/(\d{1,3}))?$/.exec(text) ?? []
  const longest = { 0: -1, 4: 32, 6: 128 }[isIP(ip)] ?? -1
  return longest !== -1 && Number(prefix ?? 0) <= longest
}

const splitWords = (text: string) => text.split(/\s+/).filter(word => word !== '')
