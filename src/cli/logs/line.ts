import type { Fields } from '../remote/fields.ts'
import { shownTime } from '../terminal/amounts.ts'
import type { Paint, Style } from '../terminal/style.ts'
import { fitted, harmless } from '../terminal/text.ts'

const TYPE_CELLS = 18

const STYLES: Readonly<Record<string, Style>> = {
  refused: 'yellow',
  stalled: 'yellow',
  'alert.raised': 'red',
  'alert.cleared': 'green',
  'webhook.paused': 'red',
}

function shownValue(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return /[\s"=]/.test(text) && typeof value === 'string' ? JSON.stringify(text) : text
}

/** An event as a line for people; everything in it is made harmless. */
export function eventLine(event: Fields, paint: Paint): string {
  const type = harmless(event.text('type'))
  const about = event.textOrNull('player') ?? event.texts('players').join(',')
  const data = event
    .fields('data')
    .entries()
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}=${shownValue(value)}`)
  const words = [about, ...data].filter(word => word !== '').join('  ')
  const style = STYLES[type]
  const shownType = fitted(type, TYPE_CELLS)
  const time = paint('dim', shownTime(Date.parse(event.text('at'))))
  return `${time}  ${style === undefined ? shownType : paint(style, shownType)} ${harmless(words)}`.trimEnd()
}
