/** What a key press means. */
export type Command =
  | 'quit'
  | 'sort'
  | 'publishers'
  | 'players'
  | 'up'
  | 'down'
  | 'page-up'
  | 'page-down'
  | 'first'
  | 'last'
  | 'suspend'

const CTRL_C = '\u0003'
const CTRL_Z = '\u001a'

/** As xterm and its kin send them (ECMA-48, DEC cursor keys in both modes). */
const COMMANDS: Readonly<Record<string, Command>> = {
  q: 'quit',
  Q: 'quit',
  [CTRL_C]: 'quit',
  [CTRL_Z]: 'suspend',
  s: 'sort',
  p: 'publishers',
  P: 'players',
  k: 'up',
  j: 'down',
  ' ': 'page-down',
  b: 'page-up',
  g: 'first',
  G: 'last',
  '\u001b[A': 'up',
  '\u001bOA': 'up',
  '\u001b[B': 'down',
  '\u001bOB': 'down',
  '\u001b[5~': 'page-up',
  '\u001b[6~': 'page-down',
  '\u001b[H': 'first',
  '\u001bOH': 'first',
  '\u001b[1~': 'first',
  '\u001b[F': 'last',
  '\u001bOF': 'last',
  '\u001b[4~': 'last',
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what keys send.
const KEY = /\u001b\[[0-9;]*[A-Za-z~]|\u001bO[A-Za-z]|./gsu

/** The commands in what a terminal sent; other keys mean nothing. */
export function commandsOf(input: string): Command[] {
  return [...input.matchAll(KEY)].flatMap(([key]) => COMMANDS[key] ?? [])
}
