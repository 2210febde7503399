import { quotedName } from './characters.ts'
import { BLOCK_NAMES, DIRECTIVES, homeOf, isBlockName, PARENTS, rowsIn } from './directives.ts'
import { nearest } from './nearest.ts'
import type { Place } from './problem.ts'
import { fail, type Report } from './report.ts'
import type { BlockName } from './row.ts'
import type { Directive } from './tree.ts'

/** undefined: outside every block. */
type Where = BlockName | undefined

const nameOf = (where: Where) => (where === undefined ? 'at the top level' : `in the ${where} block`)

/** Reports a directive that its block doesn't have: it belongs elsewhere, is a block, or is misspelt. */
export function reportUnknown({ name }: Directive, where: Where, place: Place, report: Report): void {
  const home = homeOf(name)
  if (isBlockName(name)) {
    fail(report, place, `"${name}" is a block`, `write ${name} { … }`)
  } else if (home !== undefined) {
    fail(report, place, `"${name}" does not belong ${nameOf(where)}`, `move it to the ${home} block`)
  } else {
    fail(report, place, `unknown directive ${quotedName(name)}`, hintFor(name, where))
  }
}

function hintFor(name: string, where: Where): string {
  const [, assigned] = /^([\w-]+)[=:]/.exec(name) ?? []
  if (assigned !== undefined) return 'write a space between name and value'
  const here = where === undefined ? [] : rowsIn(where).keys()
  const meantHere = nearest(name, here)
  if (meantHere !== undefined) return `did you mean ${meantHere}?`
  const elsewhere = nearest(
    name,
    BLOCK_NAMES.flatMap(block => DIRECTIVES[block].map(row => row.name)),
  )
  return elsewhere === undefined ? '' : `did you mean ${elsewhere} in the ${homeOf(elsewhere) ?? ''} block?`
}

/**
 * Reports a block that can't stand where it is, if so. Returns what its entries are to be read as, so that one
 * misspelt block name doesn't hide the problems in it; undefined: nothing is known about them.
 */
export function checkBlock(name: string, where: Where, place: Place, report: Report): BlockName | undefined {
  const known = isBlockName(name) ? name : undefined
  const children = BLOCK_NAMES.filter(block => PARENTS[block] === (where ?? ''))
  if (known !== undefined && children.includes(known)) return known
  // The parser has reported it.
  if (name === '') return undefined
  if (known !== undefined) {
    const parent = PARENTS[known]
    const target = parent === '' ? 'the top level' : `the ${parent} block`
    fail(report, place, `the block "${known}" does not belong ${nameOf(where)}`, `move it to ${target}`)
    return known
  }
  const home = homeOf(name)
  if (home !== undefined) {
    const isJson = rowsIn(home).get(name)?.kind.type === 'keys'
    const hint = isJson ? 'put its JSON in single quotes' : `write ${name} VALUE;`
    fail(report, place, `"${name}" is not a block`, hint)
    return undefined
  }
  const meant = nearest(name, children)
  const possible = children.length === 0 ? 'no block may stand here' : `here only: ${children.join(', ')}`
  const hint = meant === undefined ? possible : `did you mean ${meant}?`
  fail(report, place, `unknown block ${quotedName(name)}`, hint)
  return meant !== undefined && isBlockName(meant) ? meant : undefined
}
