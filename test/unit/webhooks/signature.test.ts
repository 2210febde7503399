import { createHmac } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { newSecret, secretProblem } from '../../../src/webhooks/secrets.ts'
import { signedHeaders, signingSecrets } from '../../../src/webhooks/signature.ts'

const now = () => Math.floor(Date.now() / 1000)
const BODY = '{"id":1,"text":"ä😀"}'

const secretOf = (bytes: number) => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`

describe('a signature', () => {
  it('is taken by a library that others use', () => {
    const secret = newSecret()
    const headers = signedHeaders({ id: 'evt_1', timestampS: now(), body: BODY }, [secret])
    expect(new Webhook(secret).verify(BODY, headers)).toEqual(JSON.parse(BODY))
    expect(() => new Webhook(secret).verify(`${BODY} `, headers)).toThrow()
    expect(() => new Webhook(newSecret()).verify(BODY, headers)).toThrow()
    const other = { ...headers, 'webhook-id': 'evt_2' }
    expect(() => new Webhook(secret).verify(BODY, other)).toThrow()
  })

  it('is over id, time and body', () => {
    const key = Buffer.alloc(24, 7)
    const expected = createHmac('sha256', key).update(`evt_1.1700000000.${BODY}`).digest('base64')
    expect(signedHeaders({ id: 'evt_1', timestampS: 1_700_000_000, body: BODY }, [secretOf(24)])).toEqual({
      'webhook-id': 'evt_1',
      'webhook-timestamp': '1700000000',
      'webhook-signature': `v1,${expected}`,
    })
  })

  it('is one by each secret while one is replaced', () => {
    const [old, young] = [newSecret(), newSecret()]
    const secrets = { secret: young, previousSecret: old, previousUntilMs: 5000 }
    expect(signingSecrets(secrets, 4999)).toEqual([young, old])
    expect(signingSecrets(secrets, 5000)).toEqual([young])
    const headers = signedHeaders({ id: 'evt_1', timestampS: now(), body: BODY }, [young, old])
    for (const secret of [old, young]) new Webhook(secret).verify(BODY, headers)
    expect(headers['webhook-signature']?.split(' ')).toHaveLength(2)
  })
})

describe('a secret', () => {
  it('that is made is new, and good', () => {
    const [one, other] = [newSecret(), newSecret()]
    expect(one).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    expect(other).not.toBe(one)
    expect(secretProblem(one)).toBeUndefined()
  })

  it.each([24, 25, 26, 32, 64])('of %i bytes is taken', bytes => {
    expect(secretProblem(secretOf(bytes))).toBeUndefined()
  })

  it.each([
    secretOf(23),
    secretOf(65),
    'whsec_',
    '',
    Buffer.alloc(32).toString('base64'),
    `WHSEC_${Buffer.alloc(32).toString('base64')}`,
    `whsec_${Buffer.alloc(32).toString('hex')}=`,
    `whsec_${Buffer.alloc(32).toString('base64').replace('=', '')}`,
    `whsec_${Buffer.alloc(32, 255).toString('base64url')}`,
    ` ${secretOf(32)}`,
    `${secretOf(32)}\n`,
  ])('%j is refused', secret => expect(secretProblem(secret)).toMatch(/^must be whsec_/))
})
