import { describe, expect, it } from 'vitest'
import { DIRECTIVES } from '../../../src/config/directives.ts'
import { isActive } from '../../../src/config/row.ts'
import { rangeOf } from '../../../src/config/show.ts'
import { REFUSE_CODES } from '../../../src/engine/contract.ts'
import { EVENT_TYPE_NAMES } from '../../../src/events/catalogue.ts'
import { KIND_NAMES } from '../../../src/page/pages/manage/alerts/rule-kinds.ts'
import {
  type RuleTerms,
  ruleSentence,
  valueText,
} from '../../../src/page/pages/manage/alerts/rule-sentence.ts'
import { controlOf, plainValue } from '../../../src/page/pages/manage/config/control.ts'
import { isLastAdmin, type Key, scopeText, stateOf } from '../../../src/page/pages/manage/keys/key.ts'
import { REASONS } from '../../../src/page/pages/manage/refusals/refusal.ts'
import { factsOf } from '../../../src/page/pages/manage/shared/facts.ts'
import { isoOfLocal, localInput } from '../../../src/page/pages/manage/shared/local-time.ts'
import { EVENT_TYPES } from '../../../src/page/pages/manage/webhooks/event-types.ts'

const NOW_MS = Date.parse('2026-11-21T09:00:00Z')

const key = (fields: Partial<Key>): Key => ({
  ...{ id: 1, name: 'one', permissions: 'admin', source: 'database', prefix: 'b7KxEX', active: true },
  ...{ scope: null, rate_limit: null, created_at: null, last_used: null, expires_at: null },
  ...fields,
})

describe('what the page knows by name', () => {
  it('is every reason of a refusal, and every type of event', () => {
    expect(Object.keys(REASONS).sort()).toEqual(Object.keys(REFUSE_CODES).sort())
    expect([...EVENT_TYPES].sort()).toEqual([...EVENT_TYPE_NAMES].sort())
  })
})

describe('the sentence of an alert rule', () => {
  const terms = { player: 'live_1', threshold: 1000, clear_threshold: 1100, for_s: 10, clear_for_s: 20 }
  const of = (more: Partial<RuleTerms>) => ruleSentence({ kind: 'bitrate_below', ...terms, ...more })

  it('reads the rule back', () => {
    expect(of({})).toBe(
      'Alert when the bitrate of live_1 is below 1000 kbit/s for 10 s; clear above 1100 kbit/s for 20 s.',
    )
    expect(of({ kind: 'rtt_above', player: null, threshold: 500, clear_threshold: 450 })).toBe(
      'Alert when the RTT of any stream is above 500 ms for 10 s; clear below 450 ms for 20 s.',
    )
    expect(of({ kind: 'loss_above', threshold: 2, clear_threshold: 1.8 })).toContain('above 2 % for 10 s')
    expect(of({ kind: 'offline' })).toContain('nobody has published live_1 for 10 s')
    expect(of({ kind: 'stalled', player: null })).toContain('sends nothing for 10 s')
  })

  it('is another one for each kind', () => {
    expect(new Set(KIND_NAMES.map(kind => of({ kind }))).size).toBe(5)
  })

  it('shows a value with the unit of its kind', () => {
    expect(valueText('loss_above', 2.3456)).toBe('2.35 %')
    expect(valueText('bitrate_below', 740)).toBe('740 kbit/s')
    expect(valueText('offline', 3)).toBe('')
    expect(valueText('rtt_above', null)).toBe('')
  })
})

describe('a key', () => {
  it('is expired at its time, whatever else it is', () => {
    expect(stateOf(key({ expires_at: '2026-11-21T09:00:00Z' }), NOW_MS)).toBe('expired')
    expect(stateOf(key({ expires_at: '2026-11-21T09:00:01Z' }), NOW_MS)).toBe('active')
    expect(stateOf(key({ active: false }), NOW_MS)).toBe('revoked')
  })

  it('is the last admin while no other active one without a scope is there', () => {
    const last = key({})
    const others = [
      key({ id: 2, active: false }),
      key({ id: 3, permissions: 'write' }),
      key({ id: 4, scope: { prefix: 'a' } }),
      key({ id: 5, expires_at: '2026-11-21T08:59:59Z' }),
    ]
    expect(isLastAdmin(last, [last, ...others], NOW_MS)).toBe(true)
    for (const other of others) expect(isLastAdmin(other, [last, ...others], NOW_MS)).toBe(false)
    expect(isLastAdmin(last, [last, key({ id: 'conf:1', source: 'configuration' })], NOW_MS)).toBe(false)
  })

  it('tells what it is bound to', () => {
    expect(scopeText(null)).toBe('everything')
    expect(scopeText({ prefix: 'team_' })).toBe('team_…')
    expect(scopeText({ players: ['a', 'b'] })).toBe('a, b')
  })
})

describe('the control of a directive', () => {
  it.each([
    ['on, off', { type: 'choice', values: ['on', 'off'] }],
    ['trace, debug, info', { type: 'choice', values: ['trace', 'debug', 'info'] }],
    ['16, 24, 32 bytes', { type: 'choice', values: ['16', '24', '32'] }],
    ['1 to 300 s', { type: 'number', min: 1, max: 300, special: '' }],
    ['1 to 65535', { type: 'number', min: 1, max: 65_535, special: '' }],
    ['10 to 60 s, or 0 for never', { type: 'number', min: 0, max: 60, special: 'never' }],
    ['10 to 60 s, or -1 for no end', { type: 'number', min: -1, max: 60, special: 'no end' }],
    ['64k to 8m bytes', { type: 'text' }],
    ['IP addresses and CIDR blocks with spaces between them', { type: 'text' }],
    ['* alone, or origins (scheme://host:port) with spaces between them, or "" for none', { type: 'text' }],
  ])('for %s', (range, control) => {
    expect(controlOf({ range })).toEqual(control)
  })

  it('is none of the wrong type for any directive there is', () => {
    const rows = Object.values(DIRECTIVES).flat().filter(isActive)
    const types = { integer: 'number', choice: 'choice', 'number-choice': 'choice', switch: 'choice' }
    for (const { name, kind } of rows) {
      const wanted = Object.entries(types).find(([type]) => type === kind.type)?.[1] ?? 'text'
      expect({ name, type: controlOf({ range: rangeOf(kind) }).type }).toEqual({ name, type: wanted })
    }
  })

  it('shows a value without the quotes of the file, and never the mask of a secret', () => {
    expect(plainValue('""')).toBe('')
    expect(plainValue('"a \\"b\\" \\\\c"')).toBe('a "b" \\c')
    expect(plainValue('plain')).toBe('plain')
    expect(plainValue('"one two" three')).toBe('"one two" three')
    expect(plainValue('***')).toBe('')
    expect(plainValue('https://***@host/?***')).toBe('')
    expect(plainValue(null)).toBe('')
  })
})

describe('the fields of an event on one line', () => {
  it('leaves out what says nothing, and unfolds lists and changes', () => {
    const data = {
      name: 'Studio',
      expires_at: null,
      reason: '',
      scope: { players: ['a', 'b'] },
      fields: [],
      silent_s: 5,
      changes: [{ directive: 'log_level', from: 'info', to: 'debug' }],
    }
    expect(factsOf(data)).toBe(
      'name Studio · scope players a, b · fields none · silent 5 s · changes log_level: info → debug',
    )
    expect(factsOf({})).toBe('')
  })
})

describe('a local time', () => {
  it('comes back as the same minute', () => {
    const at = new Date('2026-11-21T09:07:00Z')
    expect(isoOfLocal(localInput(at))).toBe('2026-11-21T09:07:00.000Z')
  })

  it('is empty where there is none', () => {
    expect(isoOfLocal('')).toBe('')
    expect(isoOfLocal('yesterday')).toBe('')
  })
})
