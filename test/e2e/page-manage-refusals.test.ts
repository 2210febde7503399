import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { closeBrowser } from '../support/browser.ts'
import { expectAccessible, openManage, otherFaults, PHONE } from '../support/page-manage.ts'
import { type Server, startServer } from '../support/server.ts'
import { play, publish } from '../support/srt-peers.ts'

let server: Server

beforeAll(async () => {
  server = await startServer()
  await server.addStream('camera-1', 'viewer-1')
})

afterAll(async () => {
  await closeBrowser()
  await server.end()
})

const UNKNOWN = 'Nobody knows this stream ID'
const refusedPublisher = (streamId: string) =>
  publish({ port: server.ports.publisher, streamId }).waitForAny(['refused', 'broken'])
const refusedPlayer = (streamId: string) =>
  play({ port: server.ports.player, streamId }).waitForAny(['refused', 'broken'])

describe('the page of the refusals', () => {
  it('is empty until somebody is refused, then says why by itself', async () => {
    const opened = await openManage(server, 'refusals')
    const { page } = opened
    await page.getByText('Nobody was refused').waitFor()
    await expectAccessible(page)
    await refusedPublisher('nobody-knows-this')
    const item = page.getByRole('listitem').filter({ hasText: UNKNOWN })
    await item.waitFor()
    const text = await item.innerText()
    expect(text).toContain('Unknown stream ID')
    expect(text).toContain('127.0.0.1')
    // What a stranger typed is often almost a right one.
    expect(text).not.toContain('nobody-knows-this')
    await expectAccessible(page)
    expect(otherFaults(opened)).toEqual([])
  })

  it('filters by reason and address, and says when nothing fits', async () => {
    await refusedPublisher('another-nobody')
    await refusedPlayer('viewer-1')
    const opened = await openManage(server, 'refusals', { viewport: PHONE })
    const { page } = opened
    const list = page.getByRole('list', { name: 'Refusals, newest first' })
    await list.getByText(UNKNOWN).first().waitFor()
    await page.getByLabel('Reason').selectOption('not-live')
    await list.getByText(UNKNOWN).first().waitFor({ state: 'detached' })
    await list.getByText('Nobody publishes this stream at the moment').waitFor()
    await page.getByLabel('IP address').fill('192.0.2.1')
    await page.getByText('No refusal fits the filter').waitFor()
    await page.getByRole('button', { name: 'Show all' }).click()
    await list.getByText(UNKNOWN).first().waitFor()
    await list.getByRole('button', { name: '127.0.0.1: show its refusals only' }).first().click()
    expect(await page.getByLabel('IP address').inputValue()).toBe('127.0.0.1')
    await list.getByText(UNKNOWN).first().waitFor()
    await expectAccessible(page)
    expect(otherFaults(opened)).toEqual([])
  })

  it('shows a key that is bound to some players theirs only', async () => {
    const { body } = await server.api('POST', '/api/keys', {
      permissions: 'read',
      scope: { players: ['viewer-1'] },
    })
    await refusedPlayer('viewer-1')
    const { page } = await openManage(server, 'refusals', { key: (body as { api_key: string }).api_key })
    const list = page.getByRole('list', { name: 'Refusals, newest first' })
    await list.getByText('Nobody publishes this stream at the moment').first().waitFor()
    expect(await list.getByText(UNKNOWN).count()).toBe(0)
  })
})
