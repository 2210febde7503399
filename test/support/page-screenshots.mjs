// `npm run screenshots`: pictures of the page, on a phone and on a desktop, in both themes, into docs/.
import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { STREAMS, startDemo } from './page-demo.mjs'

const FOLDER = fileURLToPath(new URL('../../docs', import.meta.url))
const MOST_BYTES = 200_000
/** Until the small lines and the graphs have something to show. */
const MEASURED_MS = 100_000

const SIZES = {
  desktop: { viewport: { width: 1440, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
}
const THEMES = ['light', 'dark']

async function openPage(browser, { url, key }, where, options) {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  await page.addInitScript(stored => sessionStorage.setItem('sls-key', stored), key)
  await page.goto(`${url}/#/${where}`)
  return page
}

async function preview(page) {
  await page.getByRole('button', { name: 'Watch here' }).click()
  await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 2)
}

/** Pages of one browser measure side by side, each since it was opened. */
async function takeAll(demo, browser) {
  for (const [size, options] of Object.entries(SIZES)) {
    const pages = {
      streams: await openPage(browser, demo, 'streams', options),
      stream: await openPage(browser, demo, 'stream/main', options),
    }
    await pages.stream.waitForTimeout(MEASURED_MS)
    if (size === 'desktop') await preview(pages.stream)
    for (const [name, page] of Object.entries(pages)) {
      for (const colorScheme of THEMES) {
        await page.bringToFront()
        await page.emulateMedia({ colorScheme })
        await page.waitForTimeout(500)
        const path = join(FOLDER, `page-${name}-${size}-${colorScheme}.png`)
        await page.screenshot({ path })
        const { size: bytes } = statSync(path)
        console.log(`${path}: ${bytes} bytes${bytes > MOST_BYTES ? ', too large' : ''}`)
      }
    }
  }
}

mkdirSync(FOLDER, { recursive: true })
const demo = await startDemo(STREAMS)
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
})
try {
  await new Promise(resolve => setTimeout(resolve, 8000))
  await takeAll(demo, browser)
} finally {
  await browser.close()
  demo.end()
}
