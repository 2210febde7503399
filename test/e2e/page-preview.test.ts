import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { closeBrowser } from '../support/browser.ts'
import { Child } from '../support/child.ts'
import { publishWithFfmpeg } from '../support/ffmpeg.ts'
import { answerInstead } from '../support/page-fakes.ts'
import { expectAccessible, openManage, otherFaults } from '../support/page-manage.ts'
import { type Server, startServer } from '../support/server.ts'
import { mediaTool } from '../support/tools.ts'
import { until } from '../support/wait.ts'

let server: Server

beforeAll(async () => {
  server = await startServer()
  await server.addStream('camera-1', 'viewer-1')
})

afterAll(async () => {
  await closeBrowser()
  await server.end()
})

async function publisherRates(): Promise<number[]> {
  const { body } = await server.api('GET', '/api/sessions?role=publisher')
  return (body as { data: { bitrate_kbps: number }[] }).data.map(({ bitrate_kbps }) => bitrate_kbps)
}

const isLive = async () => (await publisherRates()).some(rateKbps => rateKbps > 0)
const isOffline = async () => (await publisherRates()).length === 0

/** The publisher of the test before would keep another out. */
const offline = () => until(isOffline, { deadlineMs: 30_000, everyMs: 100, what: 'the publisher to be gone' })

const live = () => until(isLive, { deadlineMs: 30_000, everyMs: 100, what: 'the publisher to send' })

async function watch(page: Page): Promise<void> {
  const button = page.getByRole('button', { name: 'Watch here' })
  await until(() => button.isEnabled(), { deadlineMs: 20_000, what: 'the button to be enabled' })
  await button.click()
}

describe('the preview', () => {
  it('plays H.264 and AAC with the key of the session, within the policy of the page', async () => {
    publishWithFfmpeg({ port: server.ports.publisher, streamId: 'camera-1' })
    await live()
    const opened = await openManage(server, 'stream/viewer-1')
    const { page } = opened
    await watch(page)
    const video = page.locator('video')
    const seen = () =>
      video.evaluate(element =>
        element instanceof HTMLVideoElement ? [element.videoWidth, element.currentTime] : [0, 0],
      )
    await until(async () => ((await seen())[1] ?? 0) > 1, {
      deadlineMs: 40_000,
      everyMs: 200,
      what: 'the picture to move',
    })
    expect((await seen())[0]).toBe(640)
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Stop' }).click()
    await video.waitFor({ state: 'detached' })
    expect(otherFaults(opened)).toEqual([])
  }, 120_000)

  it('says what to do where the browser cannot show the codec', async () => {
    const target = `srt://127.0.0.1:${server.ports.publisher}?streamid=camera-1&pkt_size=1316`
    const picture = ['-re', '-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25', '-c:v', 'mpeg2video']
    await offline()
    new Child(mediaTool('ffmpeg'), ['-loglevel', 'error', ...picture, '-f', 'mpegts', target])
    await live()
    const { page } = await openManage(server, 'stream/viewer-1')
    await watch(page)
    await page.getByText('use a player such as VLC').waitFor({ timeout: 40_000 })
    await expectAccessible(page)
  }, 120_000)

  it.each([
    [404, 'PREVIEW_OFF', 'This server offers no preview'],
    [409, 'STREAM_NOT_LIVE', 'Nobody publishes this stream'],
    [503, 'PREVIEW_LIMIT', 'Too many previews are open'],
    [403, 'SCOPE_DENIED', 'This key may not watch this stream'],
  ])('says in a sentence what a %i means', async (status, code, sentence) => {
    publishWithFfmpeg({ port: server.ports.publisher, streamId: 'camera-1' })
    await live()
    const body = { code, message: 'No', status: 'error' }
    const { page } = await openManage(server, 'stream/viewer-1', {
      prepare: async opened => {
        await answerInstead(opened, ({ path }) =>
          path.startsWith('/api/preview/') ? { status, body } : undefined,
        )
      },
    })
    await watch(page)
    await page.getByRole('alert').getByText(sentence).waitFor()
    await expectAccessible(page)
  })
})
