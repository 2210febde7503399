/** What no name or value may hold: controls, invisible formatting, halves of pairs, and undecodable bytes. */
const FORBIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\uFFFD]+/gu

const codeOf = (text: string) => `U+${(text.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`

export interface BadCharacters {
  /** Offset in the text that was searched. */
  readonly offset: number
  readonly what: string
  readonly hint: string
}

/** Each run of forbidden characters. */
export function findForbidden(text: string): BadCharacters[] {
  return [...text.matchAll(FORBIDDEN)].map(match => ({ offset: match.index, ...explain(match[0]) }))
}

export function withoutForbidden(text: string): string {
  return text.replaceAll(FORBIDDEN, '')
}

function explain(run: string): { what: string; hint: string } {
  if (run.startsWith('\uFFFD')) return { what: 'bytes that are not UTF-8', hint: 'save the file as UTF-8' }
  const kind = /^\p{Cc}/u.test(run) ? 'control character' : 'invisible character'
  return { what: `${kind} ${codeOf(run)}`, hint: 'remove it' }
}

/** Each run of white space that isn't a plain space, a tab or a carriage return. */
export function findOddSpaces(blank: string): BadCharacters[] {
  return [...blank.matchAll(/[^ \t\r]+/g)].map(match => ({
    offset: match.index,
    what: `white space ${codeOf(match[0])}`,
    hint: 'type a plain space or a tab',
  }))
}

const LONGEST_QUOTE = 40

/** A piece of the input as it may stand in a message: short, on one line, nothing invisible. */
export function quoted(text: string): string {
  const cut = text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text
  return JSON.stringify(cut).replaceAll(FORBIDDEN, codeOf)
}

/** A name in a message, cut where it stops looking like one: `passphrase=…` must not show what follows. */
export function quotedName(name: string): string {
  const start = /^[\w-]{0,40}/.exec(name)?.[0] ?? ''
  return start === name ? `"${name}"` : `"${start}…"`
}
