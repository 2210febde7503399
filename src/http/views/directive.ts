import type { EffectiveDirective } from '../../config/live.ts'
import type { Directive, Value } from '../schemas/config.ts'

export function directiveView(directive: EffectiveDirective): Directive {
  const { name, server, value, source, place, isPersisted, apply, range, explanation } = directive
  return { name, server, value, source, place, persisted: isPersisted, apply, range, explanation }
}

/** As it would stand in sls.conf, without quotes; null: back to what the file says. */
function textOf(value: Value): string | null {
  if (value === null) return null
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  return typeof value === 'object' ? value.join(' ') : String(value)
}

/** Directive -> text. */
export function wishesOf(body: Readonly<Record<string, Value>>): Map<string, string | null> {
  return new Map(Object.entries(body).map(([name, value]) => [name, textOf(value)]))
}
