import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { NewApiKey } from '../../../src/store/api-keys.ts'
import { openDatabase } from '../../../src/store/database.ts'

// A loaded machine may be slow; nothing here depends on how slow.
vi.setConfig({ testTimeout: 60_000 })

const NOW_MS = Date.parse('2026-06-15T12:00:00Z')
const SCOPE = '{"prefix":"a_"}'

async function open() {
  const database = await openDatabase({ path: ':memory:' })
  onTestFinished(() => database.close())
  let count = 0
  const { apiKeys } = database
  const insert = (permissions: string, fields: Partial<NewApiKey> = {}) => {
    count += 1
    return apiKeys.insert({ hash: `h${count}`, name: `k${count}`, permissions, ...fields })
  }
  const revoke = (id: number, keepLastAdmin = true) => apiKeys.revoke(id, { keepLastAdmin, nowMs: NOW_MS })
  const key = async (id: number) => (await apiKeys.all()).find(row => row.id === id)
  return { apiKeys, insert, revoke, key }
}

describe('a key', () => {
  it('keeps what it was made with', async () => {
    const { apiKeys, key } = await open()
    const details = { prefix: 'abcd', expiresAtMs: NOW_MS + 1, scope: SCOPE, rateLimit: 60 }
    const first = await apiKeys.insertFirst({ hash: 'a', name: 'n', permissions: 'admin', ...details })
    const second = await apiKeys.insert({ hash: 'b', name: 'n', permissions: 'read', ...details })
    const third = await apiKeys.insert({ hash: 'c', name: 'n', permissions: 'read' })
    expect(await key(first ?? 0)).toMatchObject(details)
    expect(await key(second)).toMatchObject(details)
    const none = { prefix: null, expiresAtMs: null, scope: null, rateLimit: null }
    expect(await key(third)).toMatchObject(none)
  })
})

describe('the last admin key', () => {
  it('stays', async () => {
    const { insert, revoke, key } = await open()
    const admin = await insert('admin')
    expect(await revoke(admin)).toBe('last-admin')
    expect(await key(admin)).toMatchObject({ active: true })
    expect(await revoke(admin, false)).toBe('revoked')
    expect(await revoke(admin)).toBe('unknown')
  })

  it.each([
    ['of another permission', 'write', {}],
    ['of no permission that exists', 'ADMIN', {}],
    ['with a scope', 'admin', { scope: SCOPE }],
    ['that has expired', 'admin', { expiresAtMs: NOW_MS }],
  ])('is not replaced by a key %s, which may be revoked', async (_, permissions, fields) => {
    const { insert, revoke } = await open()
    const admin = await insert('admin')
    const other = await insert(permissions, fields)
    expect(await revoke(admin)).toBe('last-admin')
    expect(await revoke(other)).toBe('revoked')
    expect(await revoke(admin)).toBe('last-admin')
  })

  it('is not replaced by one that was revoked', async () => {
    const { insert, revoke } = await open()
    const [one, two, three] = [await insert('admin'), await insert('admin'), await insert('read')]
    expect(await revoke(one)).toBe('revoked')
    expect(await revoke(two)).toBe('last-admin')
    expect(await revoke(three)).toBe('revoked')
  })

  it('may go while there is another that expires later', async () => {
    const { insert, revoke } = await open()
    const admin = await insert('admin')
    const other = await insert('admin', { expiresAtMs: NOW_MS + 1 })
    expect(await revoke(admin)).toBe('revoked')
    expect(await revoke(other)).toBe('last-admin')
  })
})

describe('replacing a key', () => {
  const successor = { hash: 'new', name: 'new', permissions: 'admin', prefix: 'new' }

  it('ends the old one later', async () => {
    const { apiKeys, insert, key } = await open()
    const old = await insert('admin')
    const id = await apiKeys.replace(old, successor, NOW_MS + 1000, NOW_MS)
    expect(await key(old)).toMatchObject({ active: true, expiresAtMs: NOW_MS + 1000 })
    expect(await key(id ?? 0)).toMatchObject({ ...successor, active: true, expiresAtMs: null })
  })

  it('ends the old one at once', async () => {
    const { apiKeys, insert, key } = await open()
    const old = await insert('admin')
    expect(await apiKeys.replace(old, successor, NOW_MS, NOW_MS)).toBe(old + 1)
    expect(await key(old)).toMatchObject({ active: false })
  })

  it('never makes it live longer', async () => {
    const { apiKeys, insert, key } = await open()
    const old = await insert('read', { expiresAtMs: NOW_MS + 10 })
    await apiKeys.replace(old, successor, NOW_MS + 1000, NOW_MS)
    expect(await key(old)).toMatchObject({ active: true, expiresAtMs: NOW_MS + 10 })
  })

  it('makes none for a key that is unknown, revoked or expired', async () => {
    const { apiKeys, insert, revoke } = await open()
    const revoked = await insert('read')
    const expired = await insert('read', { expiresAtMs: NOW_MS })
    await revoke(revoked)
    for (const id of [revoked, expired, 77])
      expect(await apiKeys.replace(id, successor, NOW_MS + 1000, NOW_MS)).toBeUndefined()
    expect(await apiKeys.count()).toBe(2)
  })

  it('changes nothing when the successor cannot be stored', async () => {
    const { apiKeys, insert, key } = await open()
    const old = await insert('read')
    const twin = { ...successor, hash: 'h1' }
    await expect(apiKeys.replace(old, twin, NOW_MS, NOW_MS)).rejects.toMatchObject({ code: 'INTERNAL' })
    expect(await key(old)).toMatchObject({ active: true, expiresAtMs: null })
  })
})
