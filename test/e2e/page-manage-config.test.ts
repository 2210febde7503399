import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { closeBrowser } from '../support/browser.ts'
import { expectAccessible, openManage, otherFaults, PHONE } from '../support/page-manage.ts'
import { type Server, startServer } from '../support/server.ts'

const TOKEN = 'a-token-that-nobody-may-see'

interface Directive {
  name: string
  value: string | null
  source: string
  persisted: boolean
}

let server: Server

beforeAll(async () => {
  server = await startServer({ srt: { metrics_token: TOKEN } })
})

afterAll(async () => {
  await closeBrowser()
  await server.end()
})

async function directive(name: string): Promise<Directive | undefined> {
  const { body } = await server.api('GET', '/api/config')
  return (body as { data: Directive[] }).data.find(each => each.name === name)
}

describe('the page of the configuration', () => {
  it('shows every directive with its source, and no secret', async () => {
    const opened = await openManage(server, 'config')
    const { page } = opened
    const item = (name: string) =>
      page.getByRole('listitem').filter({ has: page.getByText(name, { exact: true }) })
    await item('http_port').getByText('file', { exact: true }).waitFor()
    expect(await item('backlog').innerText()).toContain('200')
    expect(await item('metrics_token').innerText()).toContain('***')
    expect(await page.content()).not.toContain(TOKEN)
    const { body } = await server.api('GET', '/api/config')
    const names = (body as { data: Directive[] }).data.map(({ name }) => name)
    expect(await page.locator('.directive-name strong').allInnerTexts()).toEqual(names)
    await page.getByLabel('Find').fill('rate_limit_stats')
    await item('http_port').waitFor({ state: 'detached' })
    expect(await page.getByRole('button', { name: /^Change rate_limit_stats/ }).count()).toBe(2)
    await page.getByLabel('Find').fill('no such directive')
    await page.getByText('No directive fits').waitFor()
    await page.getByLabel('Find').fill('')
    await expectAccessible(page)
    expect(otherFaults(opened)).toEqual([])
  })

  it('changes a live directive, keeps it on wish, and takes it back', async () => {
    const opened = await openManage(server, 'config', { viewport: PHONE })
    const { page } = opened
    await page.getByRole('button', { name: 'Change log_level' }).click()
    const dialog = page.getByRole('dialog', { name: 'Change log_level' })
    await dialog.getByLabel('log_level').selectOption('debug')
    await dialog.getByLabel('Keep it after a restart').check()
    await expectAccessible(page)
    await dialog.getByRole('button', { name: 'Set' }).click()
    await page.getByText('log_level is debug now.').waitFor()
    await page.getByText('set here, kept').waitFor()
    expect(await directive('log_level')).toMatchObject({ value: 'debug', source: 'api', persisted: true })
    await page.getByRole('button', { name: 'Change log_level' }).click()
    await dialog.getByRole('button', { name: 'Back to the file' }).click()
    await page.getByText('log_level is info now.').waitFor()
    expect(await directive('log_level')).toMatchObject({ value: 'info', source: 'file', persisted: false })
    expect(otherFaults(opened)).toEqual([])
  })

  it('shows at the field why a value is refused, and changes nothing', async () => {
    const opened = await openManage(server, 'config')
    const { page } = opened
    await page.getByRole('button', { name: 'Change rate_limit_api', exact: true }).click()
    const dialog = page.getByRole('dialog', { name: 'Change rate_limit_api' })
    await dialog.getByLabel('rate_limit_api').fill('many')
    await dialog.getByRole('button', { name: 'Set' }).click()
    await dialog.locator('.problem').waitFor()
    expect(await dialog.getByLabel('rate_limit_api').getAttribute('aria-invalid')).toBe('true')
    expect(await directive('rate_limit_api')).toMatchObject({ value: '1000', source: 'file' })
    expect(otherFaults(opened, 400)).toEqual([])
  })

  it('does not put the mask of a secret into its field', async () => {
    const { page } = await openManage(server, 'config')
    await page.getByRole('button', { name: 'Change metrics_token' }).click()
    const dialog = page.getByRole('dialog', { name: 'Change metrics_token' })
    await dialog.getByText('What is set is not shown: type all of it.').waitFor()
    expect(await dialog.getByLabel('metrics_token').inputValue()).toBe('')
  })

  it('says what needs a restart or a reload, instead of offering a change', async () => {
    const { page } = await openManage(server, 'config')
    const item = page.getByRole('listitem').filter({ has: page.getByText('http_port', { exact: true }) })
    await item.getByText('needs a restart').click()
    await item.getByText('Change it in sls.conf, then restart the server.').waitFor()
    expect(await page.getByRole('button', { name: 'Change http_port' }).count()).toBe(0)
    const port = page.getByRole('listitem').filter({ has: page.getByText('listen_player', { exact: true }) })
    await port.getByText('needs a reload').waitFor()
  })
})
