import fc from 'fast-check'
import { expect, it } from 'vitest'
import { describeDirectives } from '../../../src/config/describe.ts'
import { AppError } from '../../../src/lib/errors.ts'
import { begin, Outside, type Process } from './live-harness.ts'

const NAMES = describeDirectives().map(({ name }) => name)
const GOOD: Record<string, readonly string[]> = {
  log_level: ['debug', 'error'],
  rate_limit_api: ['1', '1000'],
  latency_max: ['0', '400', '100'],
  tls_cert: ['/new.pem', ''],
  tls_key: ['/new-key.pem', ''],
  authz: ['on', 'log', 'off'],
  cors_header: ['*', '', 'https://a.example'],
  trust_proxy: ['', '10.0.0.0/8 ::1'],
  metrics_token: ['', '0123456789abcdef'],
  api_keys: ['', '[{"key":"0123456789abcdef","name":"a","permissions":"read"}]'],
  idle_streams_timeout: ['0', '-1', '5'],
}

const good = fc
  .constantFrom(...Object.keys(GOOD))
  .chain(name => fc.tuple(fc.constant(name), fc.constantFrom(null, ...(GOOD[name] ?? []))))
const any = fc.tuple(
  fc.oneof(
    fc.constantFrom(...NAMES),
    fc.string({ maxLength: 12 }),
    fc.constantFrom('__proto__', 'server', 'srt'),
  ),
  fc.oneof(fc.constant(null), fc.string({ maxLength: 12 }), fc.constantFrom('1', 'on', '')),
)
const steps = fc.array(
  fc.record({
    values: fc.array(fc.oneof({ arbitrary: good, weight: 9 }, any), { maxLength: 3 }),
    isPersisted: fc.boolean(),
    isStoreBroken: fc.constantFrom(false, false, false, true),
    applyFailures: fc.constantFrom(0, 0, 0, 1),
    end: fc.constantFrom<'restart' | 'reload' | 'none'>('none', 'none', 'reload', 'restart'),
  }),
  { maxLength: 12 },
)

const overridesOf = ({ live }: Process) => Object.fromEntries(live.overrides())

function seen(process: Process, outside: Outside): unknown {
  const { srt, servers } = process.current()
  return [srt, servers, process.live.effective(), overridesOf(process), [...outside.stored].sort()]
}

it('any change is in force as a whole, or nothing has changed; what was kept outlives the process', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async list => {
      const outside = new Outside()
      let process = await begin(outside)
      let inForce = new Map<string, string>()
      const kept = new Map<string, string>()
      for (const { values, isPersisted, isStoreBroken, applyFailures, end } of list) {
        const wishes = new Map(values)
        const before = seen(process, outside)
        Object.assign(outside, { isStoreBroken, applyFailures })
        try {
          await process.live.change(wishes, isPersisted)
          for (const map of isPersisted ? [inForce, kept] : [inForce]) {
            for (const [name, wish] of wishes) {
              if (wish === null) map.delete(name)
              else map.set(name, wish)
            }
          }
        } catch (error) {
          if (!(error instanceof AppError)) throw error
          expect(seen(process, outside)).toEqual(before)
        }
        Object.assign(outside, { isStoreBroken: false, applyFailures: 0 })
        if (end === 'reload') await process.live.reload()
        if (end === 'restart') {
          process = await begin(outside)
          inForce = new Map(kept)
        }
        expect(overridesOf(process)).toEqual(Object.fromEntries(inForce))
        const fresh = await begin(Object.assign(new Outside(), { stored: new Map(outside.stored) }))
        expect(overridesOf(fresh)).toEqual(Object.fromEntries(kept))
      }
    }),
    { numRuns: 200 },
  )
})
