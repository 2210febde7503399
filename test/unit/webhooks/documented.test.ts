import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { newSecret } from '../../../src/webhooks/secrets.ts'
import { signedHeaders } from '../../../src/webhooks/signature.ts'
import { tempFolder } from '../../fixtures/temp-folder.ts'

// A loaded machine may be slow; nothing here depends on how slow.
vi.setConfig({ testTimeout: 60_000 })

const api = readFileSync(join(import.meta.dirname, '../../../API.md'), 'utf8')

function exampleIn(language: string): string {
  const text = new RegExp(`\`\`\`${language}\n([^\`]*genuine(?:[^\`]|\`(?!\`\`))*)\`\`\``, 'i').exec(api)?.[1]
  if (text === undefined) throw new Error(`API.md has no example in ${language}`)
  return text
}

const body = '{"id":1,"text":"ä😀"}'
const [secret, old] = [newSecret(), newSecret()]
const timestampS = Math.floor(Date.now() / 1000)
const headersAt = (atS: number) => signedHeaders({ id: 'evt_1', timestampS: atS, body }, [old, secret])

/** Headers, body, and whether they are genuine. */
const CASES = [
  [headersAt(timestampS), body, true],
  [headersAt(timestampS), `${body} `, false],
  [headersAt(timestampS - 3600), body, false],
  [{ ...headersAt(timestampS), 'webhook-id': 'evt_2' }, body, false],
  [{ ...headersAt(timestampS), 'webhook-signature': 'v1,' }, body, false],
] as const

const expected = CASES.map(([, , isGenuine]) => isGenuine)

describe('the examples of API.md', () => {
  it('verify in Node.js', async () => {
    const file = join(tempFolder(), 'example.mjs')
    writeFileSync(file, exampleIn('js'))
    const { isGenuine } = await import(file)
    expect(CASES.map(([headers, text]) => isGenuine(headers, text, secret))).toEqual(expected)
  })

  it.skipIf(spawnSync('python3', ['--version']).status !== 0)('verify in Python', () => {
    const program = `${exampleIn('python')}
import json, sys

cases, secret = json.load(sys.stdin)
print(json.dumps([is_genuine(headers, body.encode(), secret) for headers, body, _ in cases]))`
    const { stdout, stderr } = spawnSync('python3', ['-c', program], {
      input: JSON.stringify([CASES, secret]),
      encoding: 'utf8',
    })
    expect([JSON.parse(stdout || 'null'), stderr]).toEqual([expected, ''])
  })
})
