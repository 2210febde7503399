import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { closeBrowser } from '../support/browser.ts'
import { endWithTest } from '../support/end-with-test.ts'
import { openManage, otherFaults } from '../support/page-manage.ts'
import { type Server, startServer } from '../support/server.ts'
import { publish } from '../support/srt-peers.ts'
import { until } from '../support/wait.ts'

interface Call {
  headers: IncomingHttpHeaders
  body: string
}

let server: Server

beforeAll(async () => {
  server = await startServer({ srt: { webhook_networks: '127.0.0.1' } })
  await server.addStream('camera-1', 'viewer-1')
})

afterAll(async () => {
  await closeBrowser()
  await server.end()
})

/** An endpoint that answers with `status`, and keeps what it was told. */
async function endpoint(status: number): Promise<{ url: string; calls: Call[] }> {
  const calls: Call[] = []
  const listener = createServer((request, response) => {
    let body = ''
    request.on('data', chunk => {
      body += String(chunk)
    })
    request.on('end', () => {
      calls.push({ headers: request.headers, body })
      response.writeHead(status).end()
    })
  })
  await new Promise<void>(resolve => listener.listen(0, '127.0.0.1', resolve))
  endWithTest(() => {
    listener.close()
  })
  return { url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}/told`, calls }
}

describe('webhooks made on the page', () => {
  it('tell a real endpoint, signed with the secret that was shown', async () => {
    const { url, calls } = await endpoint(204)
    const opened = await openManage(server, 'webhooks')
    const { page } = opened
    await page.getByRole('button', { name: 'New webhook' }).click()
    const dialog = page.getByRole('dialog', { name: 'New webhook' })
    await dialog.getByLabel('URL').fill(url)
    await dialog.getByLabel('Events').selectOption('some')
    await dialog.getByLabel('publish', { exact: true }).check()
    await dialog.getByLabel('Player stream IDs').fill('viewer-1')
    await dialog.getByRole('button', { name: 'Make the webhook' }).click()
    const shown = page.getByRole('dialog', { name: 'The secret of the webhook' })
    const secret = await shown.locator('.secret code').innerText()
    await shown.getByRole('button', { name: 'I have saved it' }).click()
    await page.getByText('Nothing was sent yet').waitFor()
    await publish({ port: server.ports.publisher, streamId: 'camera-1' }).waitFor('connected')
    const call = await until(() => calls[0], { deadlineMs: 20_000, what: 'the call' })
    const headers = Object.fromEntries(
      Object.entries(call.headers).map(([name, value]) => [name, String(value)]),
    )
    expect(new Webhook(secret).verify(call.body, headers)).toMatchObject({
      type: 'publish',
      players: ['viewer-1'],
    })
    await page.getByRole('button', { name: 'Test call' }).click()
    await page.getByText('The endpoint took it: 204').waitFor()
    await page.getByRole('row', { name: /^publish.*204/ }).waitFor()
    await page.getByRole('row', { name: /^test.*204/ }).waitFor()
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByText('paused', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await page.getByText('No webhooks yet').waitFor()
    expect(otherFaults(opened)).toEqual([])
  })

  it('show what is wrong with an endpoint, when it is called and before', async () => {
    const { url } = await endpoint(500)
    const opened = await openManage(server, 'webhooks')
    const { page } = opened
    await page.getByRole('button', { name: 'New webhook' }).click()
    const dialog = page.getByRole('dialog', { name: 'New webhook' })
    await dialog.getByLabel('URL').fill('http://10.0.0.1/private')
    await dialog.getByRole('button', { name: 'Make the webhook' }).click()
    await dialog.locator('.problem').first().waitFor()
    expect(await dialog.getByLabel('URL').getAttribute('aria-invalid')).toBe('true')
    await dialog.getByLabel('URL').fill(url)
    await dialog.getByRole('button', { name: 'Make the webhook' }).click()
    await page.getByRole('button', { name: 'I have saved it' }).click()
    await page.getByRole('button', { name: 'Test call' }).click()
    await page.getByText(/^It failed after .*: answered 500\.$/).waitFor()
    expect(otherFaults(opened, 400)).toEqual([])
  })
})

describe('the events on the page', () => {
  it('appear by themselves', async () => {
    const opened = await openManage(server, 'log')
    const { page } = opened
    const list = page.getByRole('list', { name: 'Events, newest first' })
    await list.getByText('server.started').waitFor()
    await page.getByLabel('Type').selectOption('refused')
    await page.getByText('No event fits the filter').waitFor()
    await publish({ port: server.ports.publisher, streamId: 'nobody-knows' }).waitForAny([
      'refused',
      'broken',
    ])
    await list.getByText(/Nobody knows this stream ID/).waitFor()
    expect(await list.innerText()).not.toContain('nobody-knows')
    expect(otherFaults(opened)).toEqual([])
  })
})
