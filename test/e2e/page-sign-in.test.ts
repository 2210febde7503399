import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { closeBrowser, openPage } from '../support/browser.ts'
import { expectAccessible, openManage, otherFaults, PHONE } from '../support/page-manage.ts'
import { type Server, startServer } from '../support/server.ts'

let server: Server

beforeAll(async () => {
  server = await startServer()
  await server.addStream('camera-1', 'viewer-1')
})

afterAll(async () => {
  await closeBrowser()
  await server.end()
})

async function newKey(body: object): Promise<string> {
  const answer = await server.api('POST', '/api/keys', body)
  return (answer.body as { api_key: string }).api_key
}

const entries = ['Streams', 'Refusals', 'Alerts', 'Log', 'Keys', 'Webhooks', 'Configuration']

describe('the sign-in of the page', () => {
  it('says what is wrong with a key, and lets the right one in', async () => {
    const opened = await openPage(server.url)
    const { page } = opened
    expect(opened.faults).toEqual([])
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('alert').getByText('Type or paste an API key.').waitFor()
    await page.getByLabel('API key').fill('not-a-key')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('This key is unknown, revoked or expired.').waitFor()
    await expectAccessible(page)
    await page.getByLabel('API key').fill(server.adminKey)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Streams', level: 1 }).waitFor()
    await page.getByText('Default Admin Key').waitFor()
    expect(otherFaults(opened, 401, 404)).toEqual([])
  })

  it('keeps a key in memory, or for the tab on wish, and never longer', async () => {
    const { page } = await openManage(server, 'streams')
    const stored = () => page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }]))
    expect(await stored()).not.toContain(server.adminKey)
    await page.reload()
    await page.getByLabel('API key').fill(server.adminKey)
    await page.getByLabel('Keep me signed in').check()
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('Default Admin Key').waitFor()
    await page.reload()
    await page.getByText('Default Admin Key').waitFor()
    expect(await page.evaluate(() => JSON.stringify({ ...localStorage }))).not.toContain(server.adminKey)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('API key').waitFor()
    expect(await stored()).not.toContain(server.adminKey)
  })

  it('shows a key what it may, and no more', async () => {
    const cases = [
      { body: { permissions: 'read' }, says: 'may look', sees: entries.slice(0, 4), creates: 0 },
      { body: { permissions: 'write' }, says: 'change streams', sees: entries.slice(0, 4), creates: 1 },
      {
        body: { permissions: 'admin', scope: { prefix: 'viewer-' } },
        says: 'of its own streams only',
        sees: entries.slice(0, 4),
        creates: 1,
      },
      { body: { permissions: 'admin' }, says: 'may do everything', sees: entries, creates: 1 },
    ]
    for (const { body, says, sees, creates } of cases) {
      const opened = await openManage(server, 'streams', { key: await newKey(body) })
      const { page } = opened
      await page.getByText(says).waitFor()
      await page.getByText('viewer-1').first().waitFor()
      const links = await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').allInnerTexts()
      expect(links.map(link => link.trim())).toEqual(sees)
      expect(await page.getByRole('button', { name: 'New stream' }).count()).toBe(creates)
      expect(otherFaults(opened, 404)).toEqual([])
    }
    const { body } = await server.api('GET', '/api/stream-ids')
    expect((body as { data: unknown[] }).data).toHaveLength(1)
  })

  it('asks again when the key is revoked, and says why', async () => {
    const key = await newKey({ permissions: 'read', name: 'short-lived' })
    const { page } = await openManage(server, 'streams', { key, viewport: PHONE })
    await page.getByText('viewer-1').first().waitFor()
    const { body } = await server.api('GET', '/api/keys')
    const { data } = body as { data: { id: number; name: string }[] }
    const id = data.find(({ name }) => name === 'short-lived')?.id
    expect((await server.api('DELETE', `/api/keys/${id}`)).status).toBe(200)
    await page.getByRole('alert').getByText('The server no longer accepts this key.').waitFor()
    await expectAccessible(page)
    expect(await page.getByText('viewer-1').count()).toBe(0)
  })

  it('has a theme that stays', async () => {
    const { page } = await openManage(server, 'streams')
    await page.getByRole('button', { name: "Theme: the system's" }).click()
    await page.getByRole('button', { name: 'Theme: light' }).click()
    const themeOf = () => page.evaluate(() => document.documentElement.dataset['theme'])
    expect(await themeOf()).toBe('dark')
    await page.reload()
    await page.getByLabel('API key').waitFor()
    expect(await themeOf()).toBe('dark')
  })
})
