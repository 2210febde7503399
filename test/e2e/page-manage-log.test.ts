import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { closeBrowser } from '../support/browser.ts'
import { answerInstead, page as pageOf } from '../support/page-fakes.ts'
import { expectAccessible, openManage, otherFaults, PHONE } from '../support/page-manage.ts'
import { type Server, startServer } from '../support/server.ts'

const PATIENT = { timeout: 15_000 }

let server: Server

beforeAll(async () => {
  server = await startServer()
})

afterAll(async () => {
  await closeBrowser()
  await server.end()
})

describe('the log of requests', () => {
  it('shows older pages on demand, each request once, and filters', async () => {
    for (let i = 0; i < 130; i++) await server.api('GET', `/api/stream-ids/missing-${i}`)
    const opened = await openManage(server, 'log/access')
    const { page } = opened
    const table = page.getByRole('table', { name: 'Requests, newest first' })
    await page.getByLabel('Path begins with').fill('/api/stream-ids/missing-')
    await table.getByText('missing-129').waitFor()
    await table
      .getByText(/\/api\/key$/)
      .first()
      .waitFor({ state: 'detached' })
    await expect.poll(() => table.getByText('missing-').count(), PATIENT).toBe(100)
    await page.getByRole('button', { name: 'Show older ones' }).click()
    await expect.poll(() => table.getByText('missing-').count(), PATIENT).toBe(130)
    const paths = await table.locator('tbody tr td:first-child').allInnerTexts()
    expect(paths.length).toBe(130)
    expect(new Set(paths).size).toBe(130)
    expect(await page.getByRole('button', { name: 'Show older ones' }).count()).toBe(0)
    await page.getByLabel('Status').selectOption('200')
    await page.getByText('No request fits the filter').waitFor()
    await page.getByRole('button', { name: 'Clear the filter' }).click()
    await table
      .getByText(/\/api\/key$/)
      .first()
      .waitFor()
    await page.getByLabel('Path begins with').fill('/api/stream-ids/missing-12')
    await table
      .getByText(/\/api\/key$/)
      .first()
      .waitFor({ state: 'detached' })
    await expectAccessible(page)
    expect(otherFaults(opened)).toEqual([])
  })
})

describe('the log of changes', () => {
  it('says who changed what, and filters by action', async () => {
    await server.api('POST', '/api/keys', { name: 'Made in a test', permissions: 'read' })
    await server.api('PATCH', '/api/config', { log_level: 'warning' })
    const opened = await openManage(server, 'log/audit', { viewport: PHONE })
    const { page } = opened
    const list = page.getByRole('list', { name: 'Changes, newest first' })
    await list.getByText('log_level: info → warning').waitFor()
    await list.getByText('name Made in a test').waitFor()
    await list.getByText('by Default Admin Key').first().waitFor()
    await expectAccessible(page)
    await page.getByLabel('Action').fill('key.created')
    await list.getByText('config.changed').waitFor({ state: 'detached' })
    await list.getByText('name Made in a test').waitFor()
    expect(otherFaults(opened)).toEqual([])
  })
})

const EVENTS = Array.from({ length: 5 }, (_, index) => ({
  id: 50 - index,
  type: index % 2 === 0 ? 'publish' : 'stalled',
  at: new Date(Date.UTC(2026, 10, 21, 9, 0, 50 - index)).toISOString(),
  player: null,
  players: [`live_${index}`],
  session_id: index === 0 ? 7 : null,
  data: { publisher: 'stud…', silent_s: 5 + index },
}))

describe('the events', () => {
  it('come in pages, by type and player', async () => {
    const wanted = (types: string, player: string) =>
      EVENTS.filter(
        ({ type, players }) =>
          (types === '' || types.split(',').includes(type)) && (player === '' || players.includes(player)),
      )
    const opened = await openManage(server, 'log', {
      prepare: async page => {
        await answerInstead(page, ({ path, query, headers }) => {
          if (path !== '/api/events' || headers['accept']?.includes('event-stream') === true) return undefined
          const rows = wanted(query.get('types') ?? '', query.get('player') ?? '')
          if (rows.length < EVENTS.length) return pageOf(rows)
          return query.get('cursor') === 'next' ? pageOf(rows.slice(3)) : pageOf(rows.slice(0, 3), 'next')
        })
      },
    })
    const { page } = opened
    const list = page.getByRole('list', { name: 'Events, newest first' })
    await list.getByText('live_0').waitFor()
    expect(await list.getByRole('listitem').count()).toBe(3)
    await page.getByRole('button', { name: 'Show older ones' }).click()
    await list.getByText('live_4').waitFor()
    expect(await list.getByRole('listitem').count()).toBe(5)
    await expectAccessible(page)
    await page.getByLabel('Type').selectOption('stalled')
    await list.getByText('live_0').waitFor({ state: 'detached' })
    await expect.poll(() => list.getByRole('listitem').count(), PATIENT).toBe(2)
    await page.getByLabel('Player stream ID').fill('live_3')
    await list.getByText('live_1').waitFor({ state: 'detached' })
    await list.getByText('silent 8 s').waitFor()
    await page.getByLabel('Player stream ID').fill('nobody')
    await page.getByText('No event fits the filter').waitFor()
    expect(otherFaults(opened)).toEqual([])
  })

  it('are all that a key without admin rights gets to see of the log', async () => {
    const { body } = await server.api('POST', '/api/keys', { permissions: 'write' })
    const { page } = await openManage(server, 'log', { key: (body as { api_key: string }).api_key })
    await page.getByLabel('Type').waitFor()
    expect(await page.getByRole('link', { name: 'Requests' }).count()).toBe(0)
    expect(await page.getByRole('link', { name: 'Changes' }).count()).toBe(0)
  })
})
