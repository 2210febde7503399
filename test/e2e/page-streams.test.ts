import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { closeBrowser } from '../support/browser.ts'
import { publishWithFfmpeg } from '../support/ffmpeg.ts'
import { answerInstead } from '../support/page-fakes.ts'
import { expectAccessible, openManage, otherFaults, PHONE } from '../support/page-manage.ts'
import { type Server, spawnServer, startServer } from '../support/server.ts'

afterAll(closeBrowser)

const BIG = 3000
const NO_ROUTE = { status: 404, body: { code: 'ROUTE_UNKNOWN', message: 'Not found', status: 'error' } }

describe('the page of the streams', () => {
  let server: Server

  beforeAll(async () => {
    server = await startServer()
  })

  afterAll(() => server.end())

  it('makes the first stream, with IDs nobody can guess', async () => {
    const opened = await openManage(server, 'streams')
    const { page } = opened
    await page.getByText('No streams yet').waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'New stream' }).last().click()
    const dialog = page.getByRole('dialog', { name: 'New stream' })
    await dialog.waitFor()
    await expectAccessible(page)
    const publisher = dialog.getByLabel('Publisher stream ID', { exact: true })
    const first = await publisher.inputValue()
    expect(first).toMatch(/^pub_[a-z2-9]{24}$/)
    await dialog.getByRole('button', { name: 'Another random publisher stream ID' }).click()
    expect(await publisher.inputValue()).not.toBe(first)
    await dialog.getByLabel('Description').fill('Main camera')
    await dialog.getByLabel('Player stream ID', { exact: true }).fill('main')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Main camera', level: 1 }).waitFor()
    const { body } = await server.api('GET', '/api/stream-ids/main')
    expect(body).toMatchObject({ data: { player: 'main', description: 'Main camera' } })
    expect(otherFaults(opened, 404)).toEqual([])
  })

  it('says at the field what the API has against it, and Escape leaves', async () => {
    const { page } = await openManage(server, 'streams')
    await page.getByRole('button', { name: 'New stream' }).click()
    const dialog = page.getByRole('dialog', { name: 'New stream' })
    await dialog.getByLabel('Player stream ID', { exact: true }).fill('main')
    await dialog.getByRole('button', { name: 'Create stream' }).click()
    await dialog.getByRole('alert').getByText("Stream ID with player 'main' already exists").waitFor()
    await dialog.getByLabel('Description').fill('x'.repeat(2000))
    await dialog.getByRole('button', { name: 'Create stream' }).click()
    await dialog.getByText('1024').waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    const focused = await page.evaluate(() => document.activeElement?.textContent)
    expect(focused).toBe('New stream')
  })

  it('shows a stream go live and end, and says so to readers of the screen', async () => {
    const opened = await openManage(server, 'streams')
    const { page } = opened
    const row = page.getByRole('link', { name: /Main camera/ })
    await row.getByText('Offline').waitFor()
    const encoder = publishWithFfmpeg({
      port: server.ports.publisher,
      streamId: await publisherOf(server, 'main'),
    })
    await row.getByText('Live', { exact: true }).waitFor()
    await row.getByText(/bit\/s/).waitFor()
    await page.getByRole('status').filter({ hasText: 'Main camera is live.' }).waitFor({ state: 'attached' })
    await page.locator('.sparkline polyline').first().waitFor({ state: 'attached' })
    await expectAccessible(page)
    await encoder.kill()
    await row.getByText('Offline').waitFor({ timeout: 40_000 })
    await page
      .getByRole('status')
      .filter({ hasText: 'Main camera is offline.' })
      .waitFor({ state: 'attached' })
    expect(otherFaults(opened, 404)).toEqual([])
  })

  it('shows at once what others add, by the stream of events', async () => {
    const { page, faults } = await openManage(server, 'streams')
    await page.getByRole('link', { name: /Main camera/ }).waitFor()
    await server.addStream('camera-x', 'added by another')
    await page.getByRole('link', { name: /added by another/ }).waitFor()
    await server.api('DELETE', '/api/stream-ids/added%20by%20another')
    await page.getByRole('link', { name: /added by another/ }).waitFor({ state: 'detached' })
    expect(faults).toEqual([])
  })

  it('hears what others add on a slow machine too', async () => {
    for (const rate of [7, 13, 19]) {
      const prepare = async (page: Page) => {
        const session = await page.context().newCDPSession(page)
        await session.send('Emulation.setCPUThrottlingRate', { rate })
      }
      // The page of the streams too, under another address: it is made anew before it has begun to watch.
      const { page } = await openManage(server, 'streams/all', { prepare })
      await page.getByRole('link', { name: /Main camera/ }).waitFor()
      await server.addStream(`camera-${rate}`, `added by ${rate}`)
      await page.getByRole('link', { name: new RegExp(`added by ${rate}`) }).waitFor()
    }
  })

  it('polls where there is no stream of events', async () => {
    const prepare = async (opened: Page) => {
      await answerInstead(opened, ({ path }) => (path === '/api/events' ? NO_ROUTE : undefined))
    }
    const { page } = await openManage(server, 'streams', { prepare })
    const row = page.getByRole('link', { name: /Main camera/ })
    await row.getByText('Offline').waitFor()
    publishWithFfmpeg({ port: server.ports.publisher, streamId: await publisherOf(server, 'main') })
    await row.getByText('Live', { exact: true }).waitFor()
  })

  it('goes on where it was when the server comes back', async () => {
    const own = await startServer()
    await own.addStream('camera-1', 'viewer-1')
    const { page } = await openManage(own, 'streams', { viewport: PHONE })
    await page.getByText('viewer-1').first().waitFor()
    const { adminKey } = own
    await own.child.kill()
    await page.getByText('The server does not answer.').waitFor({ timeout: 20_000 })
    expect(await page.locator('.stale').getByText('viewer-1').count()).toBeGreaterThan(0)
    await expectAccessible(page)
    const again = await spawnServer({ folder: own.folder, ports: own.ports, adminKey })
    await again.ready()
    await again.addStream('camera-2', 'viewer-2')
    await page.getByText('The server does not answer.').waitFor({ state: 'detached', timeout: 40_000 })
    await page.getByText('viewer-2').first().waitFor({ timeout: 80_000 })
    expect(await page.locator('.stale').count()).toBe(0)
  }, 180_000)
})

async function publisherOf(server: Server, player: string): Promise<string> {
  const { body } = await server.api('GET', `/api/stream-ids/${player}`)
  return (body as { data: { publisher: string } }).data.publisher
}

describe('the page of thousands of streams', () => {
  let server: Server

  beforeAll(async () => {
    server = await startServer()
    const rows = Array.from({ length: BIG }, (_, index) => ({
      publisher: `camera-${index}`,
      player: `viewer-${index}`,
      description: `Camera ${index}`,
    }))
    expect((await server.api('POST', '/api/stream-ids/import', rows)).status).toBe(200)
  })

  afterAll(() => server.end())

  it('draws what can be seen, finds what cannot, and remembers the search', async () => {
    const opened = await openManage(server, 'streams')
    const { page } = opened
    await page.getByText('3\u202f000 streams', { exact: true }).waitFor()
    const rows = page.locator('.stream')
    expect(await rows.count()).toBeLessThan(100)
    expect(await page.getByText('Camera 2999', { exact: true }).count()).toBe(0)
    await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight))
    const last = page.getByRole('listitem').filter({ hasText: 'Camera 2999' })
    await last.waitFor()
    expect(await last.getAttribute('aria-posinset')).toBe(String(BIG))
    expect(await rows.count()).toBeLessThan(100)
    await page.evaluate(() => window.scrollTo(0, 0))
    await page.getByRole('searchbox', { name: 'Search streams' }).fill('viewer-1234')
    await page.getByRole('link', { name: /Camera 1234/ }).click()
    await page.getByRole('heading', { name: 'Camera 1234', level: 1 }).waitFor()
    await page.goBack()
    await page.getByRole('link', { name: /Camera 1234/ }).waitFor()
    expect(await rows.count()).toBe(1)
    await page.getByRole('radio', { name: 'Live' }).check({ force: true })
    await page.getByText('No stream matches').waitFor()
    await expectAccessible(page)
    expect(otherFaults(opened, 404)).toEqual([])
  })

  it('is no wider than a phone', async () => {
    const { page } = await openManage(server, 'streams', { viewport: PHONE })
    await page.getByText('Camera 0', { exact: true }).waitFor()
    await page.getByLabel('Order').selectOption('newest')
    await page.getByText('Camera 2999', { exact: true }).waitFor()
    await expectAccessible(page)
  })
})
