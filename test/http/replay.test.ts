import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { bearer, buildTestServer } from '../support/build.ts'
import { CONVERSATION, type Step } from './conversation.ts'

interface Recorded {
  step: string
  status: number
  body: Record<string, unknown>
}

const file = new URL('../golden/api/recorded-conversation.jsonl', import.meta.url)
const RECORDED: Recorded[] = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map(line => JSON.parse(line))

/** What we say beyond the server we replace; everything else must be equal, to the byte. */
const DOCUMENTED_ADDITIONS = (name: string, status: number) => {
  if (name === 'health') return ['uptime']
  if (['readkey', 'writekey', 'defaultkey'].includes(name)) return ['data']
  return status >= 400 ? ['code'] : []
}

const KEY = /"api_key":"([0-9A-Za-z]{32})"/

async function exchange(base: string, { method, path, authorization, body }: Step, key: string | undefined) {
  const headers = new Headers(key === undefined ? {} : bearer(key))
  if (authorization !== undefined) headers.set('authorization', authorization)
  if (body !== undefined) headers.set('content-type', 'application/json')
  const response = await fetch(base + path, { method, headers, ...(body === undefined ? {} : { body }) })
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() }
}

function withoutAdditions(name: string, status: number, text: string): string {
  const parsed: Record<string, unknown> = JSON.parse(text)
  for (const addition of DOCUMENTED_ADDITIONS(name, status)) {
    expect(parsed, `${name} has ${addition}`).toHaveProperty(addition)
    delete parsed[addition]
  }
  // The order of the keys stays as it was sent, so this compares bytes.
  return JSON.stringify(parsed)
    .replace(KEY, '"api_key":"<32>"')
    .replace(/"version":"[^"]*"/, '"version":"<version>"')
}

describe('the recorded conversation', () => {
  it('has every recorded step', () => {
    expect(CONVERSATION.map(({ name }) => name)).toEqual(RECORDED.map(({ step }) => step))
    expect(RECORDED.length).toBe(34)
  })

  it('goes the same way over real HTTP, but for the documented additions', async () => {
    const { app, keys: made } = buildTestServer()
    const base = await app.listen({ host: '127.0.0.1', port: 0 })
    const keys = new Map([['admin', made.admin]])
    for (const [index, step] of CONVERSATION.entries()) {
      const key = step.key === undefined ? undefined : keys.get(step.key)
      const { status, type, text } = await exchange(base, step, key)
      const newKey = KEY.exec(text)?.[1]
      if (newKey !== undefined) keys.set(step.name, newKey)
      const expected = RECORDED[index]
      expect({ step: step.name, status, type }).toEqual({
        step: expected?.step,
        status: expected?.status,
        type: 'application/json',
      })
      expect(withoutAdditions(step.name, status, text), step.name).toBe(JSON.stringify(expected?.body))
    }
    expect(keys.size).toBe(4)
  })
})
