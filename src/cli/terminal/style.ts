export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'inverse'

/** ECMA-48 SGR. */
const CODES: Readonly<Record<Style, number>> = { bold: 1, dim: 2, inverse: 7, red: 31, green: 32, yellow: 33 }

export type Paint = (style: Style, text: string) => string

export interface Output {
  isTTY?: boolean
}

/** Colours on a terminal, unless NO_COLOR says no (no-color.org) or it can't. */
export function paintFor(output: Output, env: Readonly<Record<string, string | undefined>>): Paint {
  const { NO_COLOR: noColour = '', TERM: term } = env
  const isColoured = output.isTTY === true && noColour === '' && term !== 'dumb'
  return isColoured ? (style, text) => `\u001b[${CODES[style]}m${text}\u001b[0m` : (_, text) => text
}
