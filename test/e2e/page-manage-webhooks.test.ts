import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { closeBrowser } from '../support/browser.ts'
import { delivery, FakeWebhooks, webhook } from '../support/fake-webhooks.ts'
import { answerInstead, type FakeRequest } from '../support/page-fakes.ts'
import { DESKTOP, expectAccessible, openManage, otherFaults, PHONE } from '../support/page-manage.ts'
import { type Server, startServer } from '../support/server.ts'

let server: Server

beforeAll(async () => {
  server = await startServer()
})

afterAll(async () => {
  await closeBrowser()
  await server.end()
})

async function open(fake: FakeWebhooks, where: string, viewport = DESKTOP) {
  const asked: FakeRequest[] = []
  const opened = await openManage(server, where, {
    viewport,
    prepare: async page => {
      await answerInstead(page, request => {
        if (request.path.startsWith('/api/webhooks')) asked.push(request)
        return fake.answer(request)
      })
    },
  })
  const sent = (method: string, path: string) =>
    asked.filter(each => each.method === method && each.path === path).map(({ body }) => body)
  return { ...opened, opened, sent }
}

describe('the page of the webhooks', () => {
  it('lists them with state, what waits and the last delivery', async () => {
    const fake = new FakeWebhooks()
    fake.webhooks = [
      webhook(1, { last_delivery: delivery(1) }),
      webhook(2, {
        events: ['publish', 'unpublish', 'stalled'],
        players: ['live_1'],
        failing_since: '2026-11-21T08:00:00Z',
        pending: 312,
        last_delivery: delivery(2, { status: null, error: 'no answer within 10 s' }),
      }),
      webhook(3, { active: false, paused_reason: 'It has failed for 24 h.', pending: 1000 }),
    ]
    const { page, opened } = await open(fake, 'webhooks')
    await page
      .getByRole('row', { name: /hooks-1\.example\.com.*active.*all events.*all streams.*204/ })
      .waitFor()
    await page
      .getByRole('row', { name: /hooks-2.*failing.*publish and 2 others.*live_1.*312.*no answer/ })
      .waitFor()
    await page.getByRole('row', { name: /hooks-3.*paused.*1.000 or more.*none yet/ }).waitFor()
    await expectAccessible(page)
    expect(otherFaults(opened)).toEqual([])
  })

  it('makes one for chosen events and streams, and shows its secret once', async () => {
    const fake = new FakeWebhooks()
    const { page, opened, sent } = await open(fake, 'webhooks', PHONE)
    await page.getByText('No webhooks yet').waitFor()
    await page.getByRole('button', { name: 'New webhook' }).click()
    const dialog = page.getByRole('dialog', { name: 'New webhook' })
    await dialog.getByLabel('URL').fill('ftp://example.com')
    await dialog.getByLabel('Events').selectOption('some')
    await dialog.getByRole('group', { name: 'Streams' }).getByLabel('unpublish').check()
    await dialog.getByRole('group', { name: 'Alerts' }).getByLabel('alert.raised').check()
    await dialog.getByRole('group', { name: 'Streams' }).getByLabel('stalled').check()
    await dialog.getByRole('group', { name: 'Streams' }).getByLabel('stalled').uncheck()
    await dialog.getByLabel('Player stream IDs').fill('live_1\n\n live_2 ')
    await dialog.getByLabel('Description').fill('Studio chat')
    await expectAccessible(page)
    await dialog.getByRole('button', { name: 'Make the webhook' }).click()
    await dialog.getByText('must be an http or https URL').waitFor()
    await dialog.getByLabel('URL').fill('https://hooks.example.com/x?token=1')
    await dialog.getByRole('button', { name: 'Make the webhook' }).click()
    const shown = page.getByRole('dialog', { name: 'The secret of the webhook' })
    await shown.getByText('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw').waitFor()
    expect(sent('POST', '/api/webhooks').at(-1)).toEqual({
      url: 'https://hooks.example.com/x?token=1',
      events: ['unpublish', 'alert.raised'],
      players: ['live_1', 'live_2'],
      description: 'Studio chat',
    })
    await shown.getByRole('button', { name: 'I have saved it' }).click()
    await page.getByRole('heading', { level: 1, name: 'hooks.example.com' }).waitFor()
    expect(await page.content()).not.toContain('whsec_')
    expect(otherFaults(opened, 400)).toEqual([])
  })
})

describe('the page of one webhook', () => {
  it('calls it for a test, and says what came of it', async () => {
    const fake = new FakeWebhooks()
    fake.webhooks = [webhook(1)]
    fake.testOutcome = { status: 500, error: 'answered 500', duration_ms: 77 }
    const { page, opened } = await open(fake, 'webhooks/1')
    await page.getByText('Nothing was sent yet').waitFor()
    await page.getByRole('button', { name: 'Test call' }).click()
    await page.getByText('It failed after 77 ms: answered 500.').waitFor()
    await page.getByRole('row', { name: /test.*500.*answered 500.*77 ms/ }).waitFor()
    await expectAccessible(page)
    fake.testOutcome = { status: 204, error: null, duration_ms: 12 }
    await page.getByRole('button', { name: 'Test call' }).click()
    await page.getByText('The endpoint took it: 204 after 12 ms.').waitFor()
    expect(otherFaults(opened)).toEqual([])
  })

  it('resumes a paused one, pauses it again, and changes it', async () => {
    const fake = new FakeWebhooks()
    const reason = 'It has failed since 2026-11-20T09:00:00Z.'
    fake.webhooks = [webhook(1, { active: false, paused_reason: reason, events: ['publish'] })]
    fake.deliveries = [
      delivery(5, { attempt: 9, status: null, error: 'no answer within 10 s', duration_ms: 10_000 }),
    ]
    const { page, opened, sent } = await open(fake, 'webhooks/1', PHONE)
    await page.getByText(reason).waitFor()
    await page.getByText('no answer within 10 s').waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Resume' }).click()
    await page.getByText(reason).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByRole('button', { name: 'Resume' }).waitFor()
    expect(sent('PATCH', '/api/webhooks/1')).toEqual([{ active: true }, { active: false }])
    await page.getByRole('button', { name: 'Change' }).click()
    const dialog = page.getByRole('dialog', { name: 'Change the webhook' })
    expect(await dialog.getByLabel('publish', { exact: true }).isChecked()).toBe(true)
    await dialog.getByLabel('Events').selectOption('all')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.getByText('The webhook is changed.').waitFor()
    expect(fake.webhooks[0]?.events).toEqual(['*'])
    expect(otherFaults(opened)).toEqual([])
  })

  it('makes a new secret and deletes it, each after asking', async () => {
    const fake = new FakeWebhooks()
    fake.webhooks = [webhook(1)]
    const { page, opened, sent } = await open(fake, 'webhooks/1')
    await page.getByRole('button', { name: 'New secret' }).click()
    await page
      .getByRole('dialog', { name: 'Make a new secret?' })
      .getByRole('button', { name: 'Make it' })
      .click()
    const shown = page.getByRole('dialog', { name: 'The secret of the webhook' })
    await shown.getByText('The old one signs too for 24 hours.').waitFor()
    await shown.getByRole('button', { name: 'I have saved it' }).click()
    expect(sent('POST', '/api/webhooks/1/rotate-secret')).toHaveLength(1)
    await page.getByRole('button', { name: 'Delete' }).click()
    const dialog = page.getByRole('dialog', { name: 'Delete this webhook?' })
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    expect(fake.webhooks).toHaveLength(1)
    await page.getByRole('button', { name: 'Delete' }).click()
    await dialog.getByRole('button', { name: 'Delete' }).click()
    await page.getByText('No webhooks yet').waitFor()
    expect(fake.webhooks).toEqual([])
    expect(otherFaults(opened)).toEqual([])
  })

  it('says that there is none with this number', async () => {
    const { page } = await open(new FakeWebhooks(), 'webhooks/7')
    await page.getByText('Webhook not found').first().waitFor()
  })
})
