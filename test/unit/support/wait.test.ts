import { describe, expect, it } from 'vitest'
import { until } from '../../support/wait.ts'

describe('until', () => {
  it('returns the first truthy answer', async () => {
    let asked = 0
    const answer = await until(() => (++asked === 3 ? 'third' : undefined), {
      deadlineMs: 10_000,
      what: 'the third',
      everyMs: 1,
    })
    expect(answer).toBe('third')
    expect(asked).toBe(3)
  })

  it('waits for conditions that are promises', async () => {
    expect(await until(async () => 7, { deadlineMs: 10_000, what: 'seven' })).toBe(7)
  })

  it('names what it waited for when the deadline passes', async () => {
    const waiting = until(() => false, { deadlineMs: 5, what: 'the end', everyMs: 1 })
    await expect(waiting).rejects.toThrow('waited 5 ms in vain for the end')
  })

  it('asks once even with a deadline of nothing', async () => {
    expect(await until(() => true, { deadlineMs: 0, what: 'truth' })).toBe(true)
  })

  it('passes on what the condition throws', async () => {
    const failing = () => {
      throw new Error('broken')
    }
    await expect(until(failing, { deadlineMs: 10_000, what: 'nothing' })).rejects.toThrow('broken')
  })
})
