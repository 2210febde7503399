import jsQr from 'jsqr'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { closeBrowser, openPage } from '../support/browser.ts'
import { publishWithFfmpeg } from '../support/ffmpeg.ts'
import { answerInstead, success } from '../support/page-fakes.ts'
import { expectAccessible, goTo, openManage, otherFaults, PHONE } from '../support/page-manage.ts'
import { type Server, startServer } from '../support/server.ts'
import { play } from '../support/srt-peers.ts'
import { until } from '../support/wait.ts'

let server: Server

beforeAll(async () => {
  server = await startServer()
  await server.addStream('camera/1 secret', 'viewer/1 ü')
  await server.addStream('camera-2', 'viewer-2')
})

afterAll(async () => {
  await closeBrowser()
  await server.end()
})

const ODD = encodeURIComponent('viewer/1 ü')
const DEADLINE = { deadlineMs: 20_000, everyMs: 100 }

/** Somebody publishes camera-2, and somebody watches it. */
async function goLive(): Promise<void> {
  const sessions = async () => {
    const { body } = await server.api('GET', '/api/sessions')
    return (body as { data: { role: string; bitrate_kbps: number }[] }).data
  }
  // Those of the test before would turn this one's publisher away, or be taken for it.
  await until(async () => (await sessions()).length === 0, {
    deadlineMs: 40_000,
    everyMs: 100,
    what: 'the end of earlier sessions',
  })
  publishWithFfmpeg({ port: server.ports.publisher, streamId: 'camera-2' })
  await until(async () => (await sessions()).some(({ bitrate_kbps }) => bitrate_kbps > 0), {
    ...DEADLINE,
    what: 'the publisher to send',
  })
  play({ port: server.ports.player, streamId: 'viewer-2', verify: false, exitAfterBroken: true })
  await until(async () => (await sessions()).some(({ role }) => role === 'player'), {
    ...DEADLINE,
    what: 'the player to be connected',
  })
}

const figure = (page: Page, title: string) => page.locator('figure').filter({ hasText: title })

describe('the page of a stream', () => {
  it('says so when there is none', async () => {
    const opened = await openManage(server, 'stream/nobody')
    const { page } = opened
    await page.getByRole('heading', { name: 'No such stream' }).waitFor()
    await expectAccessible(page)
    expect(otherFaults(opened, 404)).toEqual([])
  })

  it('draws what is measured, and names who is connected', async () => {
    await goLive()
    const opened = await openManage(server, 'stream/viewer-2')
    const { page } = opened
    const line = figure(page, 'Bitrate').locator('.graph-line')
    await until(async () => ((await line.getAttribute('d')) ?? '').split('L').length > 3, {
      ...DEADLINE,
      what: 'the line of the bitrate to have points',
    })
    for (const title of ['Bitrate', 'Round trip', 'Packets lost', 'Receive buffer'])
      await figure(page, title)
        .getByText(/in the time shown/)
        .waitFor({ state: 'attached' })
    await figure(page, 'Bitrate').locator('svg').hover()
    await page.getByRole('heading', { name: 'Players (1)' }).waitFor()
    expect(await page.getByRole('table').innerText()).toContain('127.0.0.1:')
    expect(await page.locator('body').innerText()).not.toContain('camera-2')
    await page.getByRole('button', { name: 'Show the publisher stream ID' }).click()
    await page.getByText('camera-2', { exact: true }).waitFor()
    await expectAccessible(page)
    expect(otherFaults(opened, 404)).toEqual([])
  }, 120_000)

  it('puts a player out by keyboard alone, from the sign-in on', async () => {
    await goLive()
    const opened = await openPage(server.url)
    const { page } = opened
    await page.keyboard.type(server.adminKey)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Streams', level: 1 }).waitFor()
    await tabTo(page, 'Skip to the content')
    await page.keyboard.press('Enter')
    await tabTo(page, /viewer-2/)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Players (1)' }).waitFor()
    await tabTo(page, /^Disconnect 127/)
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    await tabTo(page, 'Disconnect')
    await page.keyboard.press('Enter')
    await page.getByText('Nobody is watching with this stream ID.').waitFor()
  })

  it('puts the publisher out', async () => {
    await goLive()
    const opened = await openManage(server, 'stream/viewer-2', { viewport: PHONE })
    const { page } = opened
    await page.getByRole('button', { name: 'Disconnect publisher' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('The stream ends for everybody.').waitFor()
    await expectAccessible(page)
    await dialog.getByRole('button', { name: 'Disconnect' }).click()
    await page.getByText('Nobody is connected.').waitFor()
    await page.getByText('Nobody publishes this stream right now').waitFor()
    await expectAccessible(page)
    expect(otherFaults(opened, 404)).toEqual([])
  })

  it('changes the settings that were changed, and shows problems at their field', async () => {
    const opened = await openManage(server, `stream/${ODD}/settings`)
    const { page } = opened
    const save = page.getByRole('button', { name: 'Save changes' })
    await page.getByLabel('Description').waitFor()
    expect(await save.isDisabled()).toBe(true)
    await page.getByLabel('Description').fill('Kamera')
    await page.getByLabel('Players at once').fill('7')
    await page.getByLabel('Passphrase', { exact: true }).fill('short')
    await page.getByLabel('May be played from').fill('192.0.2.0/24\nnowhere')
    await save.click()
    const problem = page.locator('.field').filter({ hasText: 'May be played from' }).locator('.problem')
    await problem
      .or(page.locator('.field').filter({ hasText: 'Passphrase' }).locator('.problem'))
      .first()
      .waitFor()
    await expectAccessible(page)
    await page.getByLabel('Passphrase', { exact: true }).fill('long enough now')
    await page.getByLabel('May be played from').fill('192.0.2.0/24')
    await page.getByLabel('Play tokens only').check()
    await save.click()
    await page.getByText('Saved, and in force.').waitFor()
    const { body } = await server.api('GET', `/api/stream-ids/${ODD}`)
    expect(body).toMatchObject({
      data: {
        description: 'Kamera',
        has_passphrase: true,
        max_players: 7,
        play_networks: ['192.0.2.0/24'],
        publisher: 'camera/1 secret',
        tokens_only: true,
      },
    })
    await page.getByLabel('Remove the passphrase').check()
    await page.getByLabel('Play tokens only').uncheck()
    await save.click()
    await page.getByText('It has one, which is never shown.').waitFor({ state: 'detached' })
    expect(otherFaults(opened, 400, 404)).toEqual([])
  })

  it('has ready-made addresses, secret ones covered, and QR codes that lead to them', async () => {
    const { page, faults } = await openManage(server, `stream/${ODD}/connect`)
    const { player, publisher } = server.ports
    const playUrl = `srt://127.0.0.1:${player}?streamid=${ODD}`
    const publishUrl = `srt://127.0.0.1:${publisher}?streamid=${encodeURIComponent('camera/1 secret')}`
    await page.getByText(`${playUrl}&latency=200000`, { exact: true }).waitFor()
    expect(await page.locator('body').innerText()).not.toContain('camera')
    await page.getByRole('button', { name: 'Show secrets' }).click()
    await page.getByText(`${publishUrl}&latency=1000000`, { exact: true }).waitFor()
    await page.getByRole('radio', { name: 'VLC' }).check({ force: true })
    await page.getByText(playUrl, { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Show QR code' }).click()
    expect(await decodedQr(page)).toBe(playUrl)
    await expectAccessible(page)
    await page.keyboard.press('Escape')
    await page.getByRole('radio', { name: 'Moblin' }).check({ force: true })
    await page.getByRole('button', { name: 'Show QR code' }).first().click()
    expect(await decodedQr(page)).toBe(publishUrl)
    expect(faults).toEqual([])
  })

  it('copies an address', async () => {
    const { page } = await openManage(server, 'stream/viewer-2/connect')
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.getByRole('button', { name: 'Copy Media Source → Input (Play)' }).click()
    await page.getByText('Copied Media Source → Input (Play).').waitFor()
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    expect(copied).toBe(`srt://127.0.0.1:${server.ports.player}?streamid=viewer-2&latency=200000`)
  })

  it('makes play tokens that get in, and voids them', async () => {
    await goLive()
    const { page, faults } = await openManage(server, 'stream/viewer-2/connect')
    await page.getByRole('button', { name: 'New play token' }).click()
    const dialog = page.getByRole('dialog', { name: 'New play token' })
    await dialog.getByLabel('From').fill('nowhere')
    await dialog.getByRole('button', { name: 'Make token' }).click()
    await dialog.locator('.problem').getByText('IP address').waitFor()
    await dialog.getByLabel('From').fill('')
    await dialog.getByLabel('Gets in for').selectOption('600')
    await dialog.getByRole('button', { name: 'Make token' }).click()
    const made = page.getByRole('region', { name: 'Play with the new token' })
    await made.getByRole('radio', { name: 'Plain SRT' }).check({ force: true })
    const streamId = await made.getByText(/^#!::/).innerText()
    const port = server.ports.player
    await play({ port, streamId, verify: false }).waitForAny(['connected'])
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Void all tokens' }).click()
    await page.getByRole('button', { name: 'Void all', exact: true }).click()
    await page.getByText('All play tokens made so far are void.').waitFor()
    const late = play({ port, streamId, verify: false })
    const outcome = await late.waitForAny(['connected', 'refused', 'broken'])
    expect(outcome.event).not.toBe('connected')
    expect(faults.filter(fault => !fault.includes('400'))).toEqual([])
  })

  it('is deleted when its ID is typed, and not before', async () => {
    await server.addStream('camera-9', 'viewer-9')
    const { page } = await openManage(server, 'stream/viewer-9/settings')
    await page.getByRole('button', { name: 'Delete this player stream ID' }).click()
    const dialog = page.getByRole('dialog')
    const button = dialog.getByRole('button', { name: 'Delete' })
    expect(await button.isDisabled()).toBe(true)
    await dialog.getByRole('textbox').fill('viewer-')
    expect(await button.isDisabled()).toBe(true)
    await dialog.getByRole('textbox').fill('viewer-9')
    await expectAccessible(page)
    await button.click()
    await page.getByRole('heading', { name: 'Streams', level: 1 }).waitFor()
    expect((await server.api('GET', '/api/stream-ids/viewer-9')).status).toBe(404)
  })

  it('shows a reading key everything and offers it nothing to change', async () => {
    const { body } = await server.api('POST', '/api/keys', { permissions: 'read' })
    const { page } = await openManage(server, 'stream/viewer-2/settings', {
      key: (body as { api_key: string }).api_key,
    })
    await page.getByText('This key may look at the settings').waitFor()
    expect(await page.getByLabel('Description').isDisabled()).toBe(true)
    expect(await page.getByRole('button', { name: 'Delete this player stream ID' }).count()).toBe(0)
    await goTo(page, 'stream/viewer-2/connect')
    await page.getByRole('heading', { name: 'Play tokens' }).waitFor()
    expect(await page.getByRole('button', { name: 'New play token' }).count()).toBe(0)
  })
})

describe('what was measured before', () => {
  const HOUR_MS = 3_600_000
  const fromMs = Date.UTC(2026, 10, 20, 9)
  const at = (hours: number) => new Date(fromMs + hours * HOUR_MS).toISOString()
  const point = (hours: number) => ({
    at: at(hours),
    bitrate_kbps: 6000 + hours * 10,
    bitrate_min_kbps: 5000,
    bitrate_max_kbps: 7000,
    rtt_ms: 40,
    rtt_max_ms: 90,
    loss_percent: 0.1,
    loss_max_percent: 2,
    buffer_ms: 500,
    players: 3,
    players_max: 5,
    live_s: 3600,
  })
  const report = {
    period: '24h',
    step_s: 3600,
    from: at(0),
    to: at(24),
    player: 'viewer-2',
    series: [0, 1, 2, 3, 8, 9, 10].map(point),
    totals: {
      publisher_sessions: 2,
      player_sessions: 9,
      watch_s: 7200,
      live_s: 25_200,
      bytes_in: 18e9,
      bytes_out: 54e9,
    },
    annotations: [{ id: 1, player: null, at: at(2), until: at(3), text: 'Generator change', author: 'ops' }],
  }

  it('is drawn with its gaps, its totals and what people wrote', async () => {
    const prepare = async (page: Page) => {
      await answerInstead(page, ({ path, query }) =>
        path === '/api/analytics' && query.get('period') === '24h' ? success(report) : undefined,
      )
    }
    const { page, faults } = await openManage(server, 'stream/viewer-2', { prepare })
    await page.getByRole('radio', { name: '24 h' }).check({ force: true })
    await page.getByText('Generator change').waitFor()
    await page.getByText('18.0 GB').waitFor()
    const line = (await figure(page, 'Bitrate').locator('.graph-line').getAttribute('d')) ?? ''
    // One piece before the gap, one after it.
    expect(line.split('M')).toHaveLength(3)
    expect(await figure(page, 'Bitrate').locator('.graph-marker rect').count()).toBe(1)
    await expectAccessible(page)
    expect(faults.filter(fault => !fault.includes('404'))).toEqual([])
  })

  it('says so where there is nothing', async () => {
    const prepare = async (page: Page) => {
      const empty = { ...report, series: [], annotations: [] }
      await answerInstead(page, ({ path }) => (path === '/api/analytics' ? success(empty) : undefined))
    }
    const { page } = await openManage(server, 'stream/viewer-2', { prepare })
    await page.getByRole('radio', { name: '7 d' }).check({ force: true })
    await page.getByText('Nothing was measured in this time').waitFor()
  })

  it('lists who was connected', async () => {
    await goLive()
    const { page, faults } = await openManage(server, 'stream/viewer-2/history')
    const table = page.getByRole('table', { name: 'Sessions' })
    await table.getByText('Publishing').waitFor()
    await table.getByText('Watching').first().waitFor()
    await page.getByRole('radio', { name: 'Players' }).check({ force: true })
    await table.getByText('Publishing').waitFor({ state: 'detached' })
    await table.getByText('Watching').first().waitFor()
    await expectAccessible(page)
    expect(faults).toEqual([])
  })
})

/** Presses the tabulator until the focus is on what has this name. */
async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  for (let count = 0; count < 60; count++) {
    await page.keyboard.press('Tab')
    const focused = await page.evaluate(() => {
      const { activeElement } = document
      return activeElement?.getAttribute('aria-label') ?? activeElement?.textContent?.trim() ?? ''
    })
    if (typeof name === 'string' ? focused === name : name.test(focused)) return
  }
  throw new Error(`the tabulator never comes to ${name}`)
}

/** What a camera reads in the QR code that is shown. */
async function decodedQr(page: Page): Promise<string | undefined> {
  const image = (await page.getByRole('img', { name: /^QR code/ }).screenshot()).toString('base64')
  const pixels = await page.evaluate(async base64 => {
    const bytes = Uint8Array.from(atob(base64), letter => letter.charCodeAt(0))
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')
    context?.drawImage(bitmap, 0, 0)
    const { data, width, height } = context?.getImageData(0, 0, bitmap.width, bitmap.height) ?? {}
    return { data: [...(data ?? [])], width: width ?? 0, height: height ?? 0 }
  }, image)
  return jsQr.default(Uint8ClampedArray.from(pixels.data), pixels.width, pixels.height)?.data
}
