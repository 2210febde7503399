import Type from 'typebox'
import { expect, it, vi } from 'vitest'
import { nearest } from '../../src/config/nearest.ts'
import { readBody } from '../../src/http/validate.ts'

vi.mock('../../src/config/nearest.ts', () => ({ nearest: vi.fn(() => 'player') }))

it('a hundred unknown names at most are compared with the known ones', () => {
  const Body = Type.Object({ player: Type.String() }, { additionalProperties: false })
  const names = Array.from({ length: 5000 }, (_, index) => [`player${index}`, 1] as const)
  expect(() => readBody(Body, Object.fromEntries(names))).toThrow('Unknown field: player0')
  expect(vi.mocked(nearest).mock.calls.length).toBe(100)
})
