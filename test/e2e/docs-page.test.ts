import { afterAll, describe, expect, it } from 'vitest'
import { closeBrowser, openPage } from '../support/browser.ts'
import { startServer } from '../support/server.ts'

afterAll(closeBrowser)

describe('/docs in a browser', () => {
  it('shows every route, loads nothing from elsewhere, and can try a request', async () => {
    const server = await startServer()
    await server.addStream('cam', 'view')
    const { page, faults } = await openPage(`${server.url}/docs`)
    await page.getByText('/api/stream-ids/import').first().waitFor()
    await page.getByText('/api/refusals').first().waitFor()
    await page.getByRole('button', { name: 'Authorize' }).first().click()
    await page.locator('.auth-container input').first().fill(server.adminKey)
    await page.locator('.auth-btn-wrapper button.authorize').first().click()
    await page.locator('.auth-btn-wrapper button.btn-done').first().click()
    const list = page.locator('#operations-Stream_IDs-listStreamIds')
    await list.locator('.opblock-summary').click()
    await list.getByRole('button', { name: 'Try it out' }).click()
    await list.getByRole('button', { name: 'Execute' }).click()
    await list.locator('.live-responses-table').getByText('"cam"').first().waitFor()
    expect(faults).toEqual([])
  })
})
