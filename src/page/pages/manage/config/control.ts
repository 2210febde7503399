import type { Directive } from './directive.ts'

/** How a value is asked for. */
export type Control =
  | { type: 'choice'; values: readonly string[] }
  | { type: 'number'; min: number; max: number; special: string }
  | { type: 'text' }

const NUMBER = /^(-?\d+) to (-?\d+)( (?:s|ms|days|bytes|packets|per minute))?(?:, or (-?\d+) for (.+))?$/
const CHOICE = /^[\w.-]+(, [\w.-]+)+$/
const NUMBER_CHOICE = /^(\d+(?:, \d+)+) (?:s|ms|days|bytes|packets|per minute)$/

/** The control that fits what the API says a directive may be. */
export function controlOf({ range }: Pick<Directive, 'range'>): Control {
  const number = NUMBER.exec(range)
  if (number !== null) {
    const [min, max, special] = [Number(number[1]), Number(number[2]), number[4]]
    const lowest = special === undefined ? min : Math.min(min, Number(special))
    return {
      type: 'number',
      min: lowest,
      max: Math.max(max, Number(special ?? max)),
      special: number[5] ?? '',
    }
  }
  const choices = CHOICE.test(range) ? range : NUMBER_CHOICE.exec(range)?.[1]
  return choices === undefined ? { type: 'text' } : { type: 'choice', values: choices.split(', ') }
}

/** The value without the quotes of sls.conf; '' where it is unset, or not told because it is a secret. */
export function plainValue(value: string | null): string {
  if (value === null || isHidden(value)) return ''
  const quoted = /^"((?:[^"\\]|\\.)*)"$/.exec(value)
  return quoted?.[1]?.replaceAll(/\\(.)/g, '$1') ?? value
}

/** Whether the API keeps the value, or a part of it, to itself. */
export const isHidden = (value: string | null): boolean => value?.includes('***') ?? false

/** When a change of the directive takes effect, in words. */
export const APPLIES: Readonly<Record<Directive['apply'], string>> = {
  live: 'changes at once',
  listener: 'needs a reload',
  restart: 'needs a restart',
}

/** What to do where the page can't change it. */
export const MENDS: Readonly<Record<Exclude<Directive['apply'], 'live'>, string>> = {
  listener: 'Change it in sls.conf, then reload the file (sls -s reload): its port is opened anew.',
  restart: 'Change it in sls.conf, then restart the server. Every connection ends with that.',
}
