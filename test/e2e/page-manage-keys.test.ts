import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { closeBrowser } from '../support/browser.ts'
import { expectAccessible, openManage, otherFaults, PHONE } from '../support/page-manage.ts'
import { type Server, startServer } from '../support/server.ts'
import { until } from '../support/wait.ts'

interface Key {
  name: string
  permissions: string
  active: boolean
  scope: unknown
  rate_limit: number | null
  expires_at: string | null
}

let server: Server

beforeAll(async () => {
  server = await startServer()
})

afterAll(async () => {
  await closeBrowser()
  await server.end()
})

async function keyNamed(name: string): Promise<Key | undefined> {
  const { body } = await server.api('GET', '/api/keys')
  return (body as { data: Key[] }).data.findLast(key => key.name === name)
}

async function makeKey(wish: Record<string, unknown>): Promise<string> {
  const { body } = await server.api('POST', '/api/keys', wish)
  return (body as { api_key: string }).api_key
}

const statusOf = async (key: string) =>
  (await server.request('GET', '/api/stream-ids', { headers: { authorization: `Bearer ${key}` } })).status

describe('the page of the API keys', () => {
  it('makes a key with a scope, an end and a rate limit, shows it once, and the key works', async () => {
    const opened = await openManage(server, 'keys')
    const { page } = opened
    await page.getByRole('button', { name: 'New key' }).click()
    const dialog = page.getByRole('dialog', { name: 'New API key' })
    await dialog.getByLabel('Name').fill('Team blue')
    await dialog.getByLabel('Permissions').selectOption('write')
    await dialog.getByLabel('Scope').selectOption('prefix')
    await dialog.getByLabel('Beginning of the player stream IDs').fill('blue_')
    await dialog.getByLabel('Ends').selectOption('604800')
    await dialog.getByLabel('Rate limit').fill('250')
    await expectAccessible(page)
    await dialog.getByRole('button', { name: 'Make the key' }).click()
    const shown = page.getByRole('dialog', { name: 'The key Team blue' })
    await shown.getByText('This is the only time that it can be seen.').waitFor()
    const key = await shown.locator('.secret code').innerText()
    expect(await statusOf(key)).toBe(200)
    await expectAccessible(page)
    // It can't be lost by a stray key.
    await page.keyboard.press('Escape')
    expect(await shown.isVisible()).toBe(true)
    await shown.getByRole('button', { name: 'I have saved it' }).click()
    await page.getByRole('row', { name: /Team blue.*write.*blue_….*250 a minute/ }).waitFor()
    expect(await page.content()).not.toContain(key)
    const made = await keyNamed('Team blue')
    expect(made).toMatchObject({ permissions: 'write', scope: { prefix: 'blue_' }, rate_limit: 250 })
    expect(made?.expires_at).not.toBeNull()
    expect(otherFaults(opened)).toEqual([])
  })

  it('shows what is wrong at the field, and keeps what was typed', async () => {
    const opened = await openManage(server, 'keys')
    const { page } = opened
    await page.getByRole('button', { name: 'New key' }).click()
    const dialog = page.getByRole('dialog', { name: 'New API key' })
    await dialog.getByLabel('Name').fill('Past')
    await dialog.getByLabel('Ends', { exact: true }).selectOption('at')
    await dialog.getByLabel('Ends at').fill('2020-01-01T00:00')
    await dialog.getByRole('button', { name: 'Make the key' }).click()
    await dialog.getByText('must be a time in the future').waitFor()
    expect(await dialog.getByLabel('Ends at').getAttribute('aria-invalid')).toBe('true')
    expect(await dialog.getByLabel('Name').inputValue()).toBe('Past')
    expect(await keyNamed('Past')).toBeUndefined()
    expect(otherFaults(opened, 400)).toEqual([])
  })

  it('rotates a key with an overlap, in which both open', async () => {
    const old = await makeKey({ name: 'Rotated', permissions: 'read' })
    const opened = await openManage(server, 'keys')
    const { page } = opened
    await page.getByRole('button', { name: 'Rotate Rotated' }).click()
    const dialog = page.getByRole('dialog', { name: 'Rotate Rotated' })
    await dialog.getByLabel('The old key').selectOption('86400')
    await dialog.getByRole('button', { name: 'Rotate' }).click()
    const shown = page.getByRole('dialog', { name: 'The key Rotated' })
    const key = await shown.locator('.secret code').innerText()
    expect(key).not.toBe(old)
    expect([await statusOf(old), await statusOf(key)]).toEqual([200, 200])
    expect(otherFaults(opened)).toEqual([])
  })

  it('goes on with the new key when its own is rotated', async () => {
    const own = await makeKey({ name: 'Own', permissions: 'admin' })
    const opened = await openManage(server, 'keys', { key: own })
    const { page } = opened
    await page.getByRole('button', { name: 'Rotate Own' }).click()
    const dialog = page.getByRole('dialog', { name: 'Rotate Own' })
    await dialog.getByLabel('The old key').selectOption('0')
    await dialog.getByRole('button', { name: 'Rotate' }).click()
    const shown = page.getByRole('dialog', { name: 'The key Own' })
    await shown.getByText('This page goes on with it.').waitFor()
    expect(await statusOf(own)).toBe(401)
    await shown.getByRole('button', { name: 'I have saved it' }).click()
    await page.getByRole('row', { name: /Own.*the one you are using/ }).waitFor()
    expect(otherFaults(opened)).toEqual([])
  })

  it('revokes a key after asking, by keyboard on a phone, and shows it among those that are over', async () => {
    const key = await makeKey({ name: 'Gone', permissions: 'read' })
    const opened = await openManage(server, 'keys', { viewport: PHONE })
    const { page } = opened
    await page.getByRole('button', { name: 'Revoke Gone' }).focus()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Revoke Gone?' })
    await dialog.waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    expect(await statusOf(key)).toBe(200)
    await page.keyboard.press('Enter')
    await dialog.getByRole('button', { name: 'Revoke' }).press('Enter')
    await page.getByText('Gone is revoked.').waitFor()
    expect(await statusOf(key)).toBe(401)
    await page.getByRole('button', { name: 'Revoke Gone' }).waitFor({ state: 'detached' })
    await page.getByLabel(/Show those that are over/).check()
    await page.getByRole('row', { name: /Gone.*revoked/ }).waitFor()
    await expectAccessible(page)
    expect(otherFaults(opened)).toEqual([])
  })

  it('offers no way to revoke the last admin key', async () => {
    const alone = await startServer()
    const { page } = await openManage(alone, 'keys')
    await page.getByText('The last admin key stays').waitFor()
    expect(await page.getByRole('button', { name: /^Revoke/ }).count()).toBe(0)
  })

  it('signs out with a message, by itself, when its own key is revoked elsewhere', async () => {
    const own = await makeKey({ name: 'Short-lived', permissions: 'admin' })
    const opened = await openManage(server, 'keys', { key: own })
    const { page } = opened
    await page.getByRole('row', { name: /Short-lived.*the one you are using/ }).waitFor()
    const { body } = await server.api('GET', '/api/keys')
    const row = (body as { data: { id: number; name: string }[] }).data.find(
      ({ name }) => name === 'Short-lived',
    )
    await server.api('DELETE', `/api/keys/${row?.id}`)
    await page.getByText('The server no longer accepts this key.').waitFor()
    await until(async () => (await page.getByLabel('API key').count()) === 1, {
      deadlineMs: 5000,
      what: 'the sign-in',
    })
  })
})
