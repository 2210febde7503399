import { describe, expect, it } from 'vitest'
import { AppError } from '../../src/lib/errors.ts'
import { bearer, buildTestServer } from '../support/build.ts'

describe('failures on our side', () => {
  it('answers 503 and when to come back while the database is away', async () => {
    const { app, keys, streamIds, log } = buildTestServer()
    const cause = new Error('SQLITE_FULL /var/lib/sls/streams.db')
    streamIds.add = () =>
      Promise.reject(new AppError('STORE_UNAVAILABLE', 'The database x is full', { cause }))
    const payload = '{"publisher":"p","player":"q"}'
    const response = await app.inject({
      method: 'POST',
      url: '/api/stream-ids',
      headers: bearer(keys.write),
      payload,
    })
    expect(response.statusCode).toBe(503)
    expect(response.headers['retry-after']).toBe('5')
    expect(response.json()).toEqual({
      code: 'STORE_UNAVAILABLE',
      message: 'The database is not available',
      status: 'error',
    })
    expect(log.from(40)).toMatchObject([{ level: 40, reqId: response.headers['x-request-id'] }])
  })

  it.each([
    ['an error', new Error('the secret inside')],
    ['an error of a code that is not for clients', new AppError('STORE_CORRUPT', 'the secret inside')],
    ['an error that claims a status', Object.assign(new Error('the secret inside'), { statusCode: 418 })],
    ['a text', 'the secret inside'],
    ['nothing', undefined],
  ])('tells nothing of the inside: %s', async (_, thrown) => {
    const { app, keys, streamIds, log } = buildTestServer()
    streamIds.list = () => Promise.reject(thrown)
    const response = await app.inject({ url: '/api/stream-ids', headers: bearer(keys.read) })
    expect(response.statusCode).toBe(500)
    expect(response.body).toBe('{"code":"INTERNAL","message":"Internal server error","status":"error"}')
    const lines = log.from(50)
    expect(lines).toMatchObject([{ reqId: response.headers['x-request-id'], route: '/api/stream-ids' }])
    expect(JSON.stringify(lines).includes('the secret inside')).toBe(thrown !== undefined)
    expect(JSON.stringify(log.lines)).not.toContain(keys.read)
  })

  it('answers 500 when a key cannot be made or looked up', async () => {
    const { app, keys, keyRing } = buildTestServer()
    keyRing.create = () => Promise.reject(new Error('no'))
    const request = { method: 'POST', url: '/api/keys', headers: bearer(keys.admin), payload: '{}' } as const
    expect((await app.inject(request)).statusCode).toBe(500)
    keyRing.verify = () => {
      throw new Error('no')
    }
    expect((await app.inject(request)).statusCode).toBe(500)
  })

  it('tells part by part what the client can mend, and nothing of what is ours', async () => {
    const { app, keys, streamIds } = buildTestServer()
    const problems = [{ where: 'row 3, player', what: 'is there already' }]
    const ask = () => app.inject({ url: '/api/stream-ids', headers: bearer(keys.read) })
    streamIds.list = () =>
      Promise.reject(new AppError('IMPORT_INVALID', 'Nothing was imported', { problems }))
    expect((await ask()).json()).toEqual({
      code: 'IMPORT_INVALID',
      message: 'Nothing was imported',
      problems,
      status: 'error',
    })
    streamIds.list = () => Promise.reject(new AppError('STORE_CORRUPT', 'broken', { problems }))
    expect((await ask()).json()).not.toHaveProperty('problems')
  })

  it('keeps IDs and keys out of the log', async () => {
    const { app, keys, streamIds, log } = buildTestServer()
    await streamIds.add({ publisher: 'secret_publisher', player: 'q' })
    await app.inject('/stats/secret_publisher')
    await app.inject({
      method: 'DELETE',
      url: '/api/stream-ids/secret_publisher',
      headers: bearer(keys.admin),
    })
    await app.inject({ url: '/secret_publisher', headers: bearer('wrong_key') })
    const text = JSON.stringify(log.lines)
    expect(log.lines.length).toBe(3)
    for (const secret of ['secret_publisher', keys.admin, 'wrong_key']) expect(text).not.toContain(secret)
  })
})
