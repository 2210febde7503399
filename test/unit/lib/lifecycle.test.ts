import { describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/lib/clock.ts'
import { Lifecycle } from '../../../src/lib/lifecycle.ts'

describe('lifecycle', () => {
  it('stops in reverse order, once', async () => {
    const lifecycle = new Lifecycle(systemClock)
    const stopped: string[] = []
    for (const name of ['store', 'engine', 'http']) lifecycle.started(name, () => void stopped.push(name))
    expect(await lifecycle.stop(1000)).toEqual({ failed: [] })
    expect(await lifecycle.stop(1000)).toEqual({ failed: [] })
    expect(stopped).toEqual(['http', 'engine', 'store'])
  })

  it('names what hangs and what fails, and still stops the rest', async () => {
    const lifecycle = new Lifecycle(systemClock)
    const stopped: string[] = []
    lifecycle.started('store', () => void stopped.push('store'))
    lifecycle.started('engine', () => Promise.reject(new Error('out of threads')))
    lifecycle.started('http', () => new Promise(() => undefined))
    const { failed } = await lifecycle.stop(50)
    expect(failed.map(part => part.name)).toEqual(['http', 'engine'])
    expect(failed[0]?.reason).toContain('still busy')
    expect(failed[1]?.reason).toBe('out of threads')
    expect(stopped).toEqual(['store'])
  })
})
