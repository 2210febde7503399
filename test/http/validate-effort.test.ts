import Type from 'typebox'
import { expect, it } from 'vitest'
import { readBody } from '../../src/http/validate.ts'

it('a hundred unknown names at most are compared with the known ones', () => {
  const Body = Type.Object({ player: Type.String() }, { additionalProperties: false })
  let listings = 0
  const ownKeys = (known: object) => {
    listings += 1
    return Reflect.ownKeys(known)
  }
  const counted = { ...Body, properties: new Proxy(Body.properties, { ownKeys }) }
  const names = Array.from({ length: 5000 }, (_, index) => [`player${index}`, 1] as const)
  expect(() => readBody(counted, Object.fromEntries(names))).toThrow('Unknown field: player0')
  // What the validator itself does is a handful more.
  expect(listings).toBeGreaterThanOrEqual(100)
  expect(listings).toBeLessThan(150)
})
