import { createHash } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import {
  allows,
  hashKey,
  isPermission,
  makeKey,
  PERMISSIONS,
  permissionOf,
} from '../../../src/access/api-keys.ts'

// A loaded machine may be slow; nothing here depends on how slow.
vi.setConfig({ testTimeout: 60_000 })

describe('makeKey', () => {
  const keys = Array.from({ length: 5000 }, makeKey)

  it('makes 32 letters and digits, never the same twice', () => {
    for (const key of keys) expect(key).toMatch(/^[0-9A-Za-z]{32}$/)
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('uses every character about equally often', () => {
    const counts = new Map<string, number>()
    for (const character of keys.join('')) counts.set(character, (counts.get(character) ?? 0) + 1)
    expect(counts.size).toBe(62)
    // Modulo bias over a byte moves eight characters by 25 %, 10 standard deviations here; chance stays within 8.
    const mean = (keys.length * 32) / 62
    for (const count of counts.values()) expect(Math.abs(count - mean)).toBeLessThan(8 * Math.sqrt(mean))
  })
})

it('hashes as the server we replace does', () => {
  expect(hashKey('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  expect(hashKey('ü')).toBe(
    createHash('sha256')
      .update(Buffer.from([0xc3, 0xbc]))
      .digest('hex'),
  )
})

describe('permissions', () => {
  it('are a ladder', () => {
    const table = PERMISSIONS.map(have => PERMISSIONS.map(need => allows(have, need)))
    expect(PERMISSIONS).toEqual(['read', 'write', 'admin'])
    expect(table).toEqual([
      [true, false, false],
      [true, true, false],
      [true, true, true],
    ])
  })

  it.each(['superuser', '', 'Admin', 'admin ', 'toString', '__proto__'])(
    'let the unknown %j only read',
    stored => {
      expect(isPermission(stored)).toBe(false)
      expect(permissionOf(stored)).toBe('read')
    },
  )

  it('keep what they are', () => {
    expect(PERMISSIONS.map(permissionOf)).toEqual(PERMISSIONS)
    expect([undefined, null, 1, ['admin']].map(isPermission)).toEqual([false, false, false, false])
  })
})
