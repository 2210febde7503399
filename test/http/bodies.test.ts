import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bearer, buildTestServer } from '../support/build.ts'

const field = fc.oneof(
  fc.jsonValue(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('admin', 'read', '', null),
)
const nearly = fc
  .record(
    { publisher: field, player: field, description: field, name: field, permissions: field, extra: field },
    { requiredKeys: [] },
  )
  .map(body => Buffer.from(JSON.stringify(body)))
const anything = fc.oneof(
  nearly,
  fc.jsonValue().map(value => Buffer.from(JSON.stringify(value))),
  fc.string({ unit: 'binary' }).map(text => Buffer.from(text)),
  fc.uint8Array({ maxLength: 300 }).map(bytes => Buffer.from(bytes)),
  fc.nat(40_000).map(depth => Buffer.from('['.repeat(depth))),
)

describe('any body', () => {
  it.each(['/api/stream-ids', '/api/keys'])(
    'to %s is answered by success or a 4xx with a sentence',
    async url => {
      const { app, keys, log } = buildTestServer()
      await fc.assert(
        fc.asyncProperty(anything, fc.option(fc.string()), async (payload, contentType) => {
          const headers = {
            ...bearer(keys.admin),
            ...(contentType === null ? {} : { 'content-type': contentType }),
          }
          const response = await app.inject({ method: 'POST', url, headers, payload })
          expect([200, 400, 409]).toContain(response.statusCode)
          const body = response.json()
          expect(body.status).toBe(response.statusCode === 200 ? 'success' : 'error')
          expect(body.message.length).toBeGreaterThan(5)
        }),
        { numRuns: 300 },
      )
      expect(log.from(30)).toEqual([])
    },
  )
})
