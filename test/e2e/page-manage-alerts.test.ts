import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { closeBrowser } from '../support/browser.ts'
import { expectAccessible, openManage, otherFaults, PHONE } from '../support/page-manage.ts'
import { type Server, startServer } from '../support/server.ts'
import { publish } from '../support/srt-peers.ts'

let server: Server

interface Row {
  id: number
  name: string
}

beforeEach(async () => {
  server = await startServer()
  await server.addStream('camera-1', 'live_1')
})

afterEach(() => server.end())
afterAll(closeBrowser)

const open = (where: string, options: Parameters<typeof openManage>[2] = {}) =>
  openManage(server, where, options)

// The answers' schemas have tests of their own.
const listed = async (path: string) => ((await server.api('GET', path)).body as { data: Row[] }).data

async function addRule(rule: object): Promise<Row> {
  const { status, body } = await server.api('POST', '/api/alert-rules', rule)
  expect(status).toBe(200)
  return (body as { data: Row }).data
}

describe('the page of the alerts', () => {
  it('shows what is raised now, and what was', async () => {
    const opened = await open('alerts')
    const { page } = opened
    await page.getByText('All is well').waitFor()
    await page.getByText('No rules yet').waitFor()
    await expectAccessible(page)
    const source = publish({ port: server.ports.publisher, streamId: 'camera-1', rateKbps: 2000 })
    await source.waitFor('connected')
    const rule = { name: 'Low bitrate', kind: 'bitrate_below', player: 'live_1', for_s: 1, clear_for_s: 1 }
    const { id } = await addRule({ ...rule, threshold: 50_000 })
    const raised = page.getByRole('list', { name: 'Raised alerts' })
    await raised.getByText('Low bitrate').waitFor()
    expect(await raised.innerText()).toMatch(/[\d.]+ [kM]bit\/s when it was raised/)
    await server.api('PATCH', `/api/alert-rules/${id}`, { threshold: 1 })
    await page.getByText('All is well').waitFor()
    await page.getByRole('link', { name: 'History' }).click()
    const past = page.getByRole('list', { name: 'Alerts, newest first' })
    await past.getByText(/lasted \d+ s/).waitFor()
    expect(await past.getByRole('listitem').count()).toBe(1)
    await expectAccessible(page)
    await source.stop()
    expect(otherFaults(opened)).toEqual([])
  })

  it('makes a rule from sensible numbers, and reads it back while it is made', async () => {
    const opened = await open('alerts', { viewport: PHONE })
    const { page } = opened
    await page.getByRole('button', { name: 'New rule' }).click()
    const dialog = page.getByRole('dialog', { name: 'New alert rule' })
    const sentence = dialog.getByText(/^Alert when/).last()
    expect(await sentence.innerText()).toBe(
      'Alert when the bitrate of any stream is below 1000 kbit/s for 10 s; clear above 1100 kbit/s for 10 s.',
    )
    await dialog.getByLabel('Stream').fill('live_1')
    await dialog.getByLabel('Raise below').fill('2000')
    await dialog.getByLabel('Raise after').fill('0')
    expect(await sentence.innerText()).toContain('of live_1 is below 2000 kbit/s')
    // Where it ends follows where it begins.
    expect(await dialog.getByLabel('Clear above').inputValue()).toBe('2200')
    await expectAccessible(page)
    await dialog.getByRole('button', { name: 'Make the rule' }).click()
    await dialog.getByText('must be a whole number from 1 to 86400').waitFor()
    await dialog.getByLabel('Raise after').fill('5')
    await dialog.getByRole('button', { name: 'Make the rule' }).click()
    await page.getByText('The rule is in force.').waitFor()
    expect(await listed('/api/alert-rules')).toMatchObject([
      {
        ...{ name: 'Bitrate too low', kind: 'bitrate_below', player: 'live_1', active: true },
        ...{ threshold: 2000, clear_threshold: 2200, for_s: 5, clear_for_s: 10 },
      },
    ])
    await page.getByText('Alert when the bitrate of live_1 is below 2000 kbit/s for 5 s').waitFor()
    expect(otherFaults(opened, 400)).toEqual([])
  })

  it('has no thresholds for kinds that have none', async () => {
    const { page } = await open('alerts')
    await page.getByRole('button', { name: 'New rule' }).click()
    const dialog = page.getByRole('dialog', { name: 'New alert rule' })
    await dialog.getByLabel('Alert when').selectOption('offline')
    expect(await dialog.getByLabel(/^Raise (below|above)/).count()).toBe(0)
    await dialog.getByLabel('Name').fill('Camera gone')
    await dialog.getByRole('button', { name: 'Make the rule' }).click()
    await page.getByText('Alert when nobody has published a stream for 30 s').waitFor()
    const made = { name: 'Camera gone', kind: 'offline', player: null, for_s: 30 }
    expect(await listed('/api/alert-rules')).toMatchObject([made])
  })

  it('switches a rule off, changes it and deletes it after asking', async () => {
    await addRule({ name: 'Low bitrate', kind: 'bitrate_below', threshold: 1000 })
    await addRule({ name: 'Lossy', kind: 'loss_above', threshold: 2 })
    const opened = await open('alerts')
    const { page } = opened
    await page.getByRole('button', { name: 'Switch off Low bitrate' }).click()
    await page.getByRole('button', { name: 'Switch on Low bitrate' }).waitFor()
    const [first] = await listed('/api/alert-rules')
    expect(first).toMatchObject({ active: false, threshold: 1000 })
    await page.getByRole('button', { name: 'Change Lossy' }).click()
    const dialog = page.getByRole('dialog', { name: 'Change the rule' })
    expect(await dialog.getByLabel('Raise above').inputValue()).toBe('2')
    await dialog.getByLabel('Raise above').fill('3.5')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.getByText('is above 3.5 % for 10 s').waitFor()
    await page.getByRole('button', { name: 'Delete Lossy' }).click()
    await page.getByRole('dialog', { name: 'Delete Lossy?' }).getByRole('button', { name: 'Delete' }).click()
    await page.getByText('Lossy is deleted.').waitFor()
    await page.getByRole('button', { name: 'Delete Lossy' }).waitFor({ state: 'detached' })
    expect(await listed('/api/alert-rules')).toHaveLength(1)
    expect(otherFaults(opened)).toEqual([])
  })

  it('takes notes for the graphs, and deletes them after asking', async () => {
    const opened = await open('alerts/notes', { viewport: PHONE })
    const { page } = opened
    await page.getByText('No notes yet').waitFor()
    await page.getByRole('button', { name: 'New note' }).click()
    const dialog = page.getByRole('dialog', { name: 'New note' })
    await dialog.getByRole('button', { name: 'Write it down' }).click()
    await dialog.getByText('must be a string of 1 to 500 characters').waitFor()
    await dialog.getByLabel('What happened').fill('New antenna')
    await dialog.getByLabel('Stream').fill('live_1')
    await dialog.getByLabel('At', { exact: true }).fill('2026-11-21T10:30')
    await expectAccessible(page)
    await dialog.getByRole('button', { name: 'Write it down' }).click()
    const list = page.getByRole('list', { name: 'Notes, newest first' })
    await list.getByText('New antenna').waitFor()
    const noted = { text: 'New antenna', player: 'live_1', until: null }
    // Typed in local time; to the second.
    const at = expect.stringContaining(new Date('2026-11-21T10:30').toISOString().slice(0, 19))
    expect(await listed('/api/annotations')).toMatchObject([{ ...noted, at }])
    await expectAccessible(page)
    await list.getByRole('button', { name: 'Delete the note New antenna' }).click()
    await page
      .getByRole('dialog', { name: 'Delete this note?' })
      .getByRole('button', { name: 'Delete' })
      .click()
    await page.getByText('No notes yet').waitFor()
    expect(otherFaults(opened, 400)).toEqual([])
  })

  it('has nothing to change for a key that may only look', async () => {
    const { body } = await server.api('POST', '/api/keys', { permissions: 'read' })
    await addRule({ name: 'Rule 1', kind: 'bitrate_below', threshold: 1000 })
    const { page } = await open('alerts', { key: (body as { api_key: string }).api_key })
    await page.getByText('Rule 1').waitFor()
    for (const name of ['New rule', 'Switch off Rule 1', 'Change Rule 1', 'Delete Rule 1']) {
      expect(await page.getByRole('button', { name }).count()).toBe(0)
    }
  })
})
