import { quoted } from './characters.ts'
import type { Reading, Refusal } from './reading.ts'

/** `scheme://host` or `scheme://host:port`, or the word that browsers send for pages without an origin. */
const ORIGIN = /^(null|[a-z][a-z\d+.-]*:\/\/[^\s/?#]+)$/i

/**
 * The origins that browsers may call from: `*` alone, or some, each as browsers write it (RFC 6454, section 6.2). What
 * is no origin is left out: it would let nobody in.
 */
export function readOrigins(text: string): Reading {
  if (/[^\x20-\x7e]/.test(text.replaceAll(/\s/g, ' '))) {
    return { refusals: [{ what: 'must be plain ASCII', hint: 'it is sent as an HTTP header' }] }
  }
  const words = text.split(/[\s,]+/).filter(word => word !== '')
  if (words.every(word => word === '*')) return { value: words.slice(0, 1) }
  const leftOut = words.flatMap(word => refusalOf(word) ?? [])
  const origins = words.filter(word => refusalOf(word) === undefined).map(asSent)
  return { value: [...new Set(origins)], ...(leftOut.length === 0 ? {} : { leftOut }) }
}

function refusalOf(word: string): Refusal | undefined {
  if (word === '*')
    return { what: 'has * beside others, which is left out', hint: 'write * alone, or origins' }
  if (ORIGIN.test(word)) return undefined
  const what = `has ${quoted(word)}, which is no origin and is left out`
  return { what, hint: 'write * or scheme://host:port' }
}

/** In lower case and without the scheme's own port. */
function asSent(word: string): string {
  if (!/^https?:/i.test(word) || !URL.canParse(word)) return word.toLowerCase()
  return new URL(word).origin
}
