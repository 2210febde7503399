import { beforeEach, describe, expect, it } from 'vitest'
import { buildRealServer, type RealServer } from '../support/real-server.ts'
import { ask } from './ask.ts'

let server: RealServer

beforeEach(async () => {
  server = await buildRealServer()
  await server.streamIds.add({ publisher: 'studio', player: 'live' }, null)
})

const add = (body: unknown) => ask(server.app, 'POST /api/annotations', { key: server.keys.write, body })
const texts = async (query = '') => {
  const response = await ask(server.app, `GET /api/annotations${query}`, { key: server.keys.read })
  expect(response.statusCode).toBe(200)
  return response.json().data.map(({ text }: { text: string }) => text)
}

describe('annotations', () => {
  it('are of now and of whoever wrote them, unless they say when', async () => {
    const first = await add({ text: 'Rain' })
    expect(first.json()).toEqual({
      data: { at: '2026-01-31T12:00:00Z', author: 'write', id: 1, player: null, text: 'Rain', until: null },
      status: 'success',
    })
    const second = await add({
      player: 'live',
      text: 'Tunnel',
      at: '2026-01-31T10:00:00+01:00',
      until: '2026-01-31T09:00:00Z',
    })
    expect(second.json().data).toEqual({
      at: '2026-01-31T09:00:00Z',
      author: 'write',
      id: 2,
      player: 'live',
      text: 'Tunnel',
      until: '2026-01-31T09:00:00Z',
    })
    expect(await texts()).toEqual(['Tunnel', 'Rain'])
    expect((await server.audit.find({ limit: 1 }))[0]).toMatchObject({
      ...{ action: 'annotation.added', subject: '2', apiKeyName: 'write' },
      details: { text: 'Tunnel', player: 'live' },
    })
  })

  it.each([
    [{ text: '' }, 400, 'text must be a string of 1 to 500 characters'],
    [{ text: 'x'.repeat(501) }, 400, 'text must be a string of 1 to 500 characters'],
    [{ text: 'x', at: '2026-02-30T00:00:00Z' }, 400, 'at must be a date and time such as'],
    [
      { text: 'x', at: '2026-01-31T12:00:01Z', until: '2026-01-31T12:00:00Z' },
      400,
      'until must not be before at',
    ],
    [{ text: 'x', until: '2020-01-01T00:00:00Z' }, 400, 'until must not be before at'],
    [{ text: 'x', player: 'nobody' }, 404, 'Stream ID not found'],
    [{ text: 'x', author: 'me' }, 400, 'Unknown field: author'],
  ])('refuse %j', async (body, statusCode, message) => {
    const response = await add(body)
    expect(response.statusCode).toBe(statusCode)
    expect(response.json().message).toContain(message)
    expect(await texts()).toEqual([])
  })

  it('are found by the time they touch and by their player', async () => {
    const day = (d: number) => `2026-01-0${d}T00:00:00Z`
    await add({ text: 'moment', at: day(2) })
    await add({ text: 'while', at: day(1), until: day(3), player: 'live' })
    await add({ text: 'late', at: day(5), player: 'live' })
    expect(await texts(`?from=${day(2)}&to=${day(3)}`)).toEqual(['while', 'moment'])
    expect(await texts(`?from=${day(3)}&to=${day(5)}`)).toEqual(['while'])
    expect(await texts(`?from=${day(4)}`)).toEqual(['late'])
    expect(await texts(`?to=${day(2)}`)).toEqual(['while'])
    expect(await texts('?player=live')).toEqual(['late', 'while'])
    expect(await texts('?player=liv')).toEqual([])
    expect(await texts('?limit=1')).toEqual(['late'])
  })

  it('are deleted once', async () => {
    await add({ text: 'Rain' })
    const remove = () => ask(server.app, 'DELETE /api/annotations/1', { key: server.keys.write })
    expect((await remove()).body).toBe('{"message":"Annotation deleted","status":"success"}')
    const again = await remove()
    expect([again.statusCode, again.json().code]).toEqual([404, 'ANNOTATION_UNKNOWN'])
    expect(await texts()).toEqual([])
  })

  it('of one player push out none of another', async () => {
    await add({ text: 'of all' })
    const times = { atMs: 0, untilMs: null, author: '' }
    for (let i = 0; i < 1005; i += 1)
      await server.annotations.add({ player: 'live', text: String(i), ...times })
    const all = await server.annotations.find({ scope: null, limit: 5000 })
    expect(all).toHaveLength(1001)
    expect([all[0]?.text, all.at(-2)?.text, all.at(-1)?.text]).toEqual(['1004', '5', 'of all'])
  })
})
