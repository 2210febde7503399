import { type Browser, chromium, type Page } from 'playwright-core'
import { endWithTest } from './end-with-test.ts'
import { mediaTool } from './tools.ts'

/** A page of a browser, and what went wrong on it. */
export interface OpenPage {
  page: Page
  /** Errors of scripts and the console, and requests that failed or went elsewhere than to `origin`. */
  faults: string[]
}

let shared: Promise<Browser> | undefined

/** One browser for all tests of a file. */
async function browser(): Promise<Browser> {
  shared ??= chromium.launch({
    executablePath: mediaTool('chromium'),
    // As root, and without a GPU.
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  })
  return shared
}

export async function closeBrowser(): Promise<void> {
  await (await shared)?.close()
  shared = undefined
}

/** Opens a page; closed with the test. */
export async function openPage(
  url: string,
  viewport: { width: number; height: number } = { width: 1280, height: 900 },
): Promise<OpenPage> {
  const context = await (await browser()).newContext({ viewport })
  endWithTest(() => context.close())
  const page = await context.newPage()
  const faults: string[] = []
  const { origin } = new URL(url)
  page.on('pageerror', error => faults.push(`script: ${error.message}`))
  page.on('console', message => {
    if (message.type() === 'error') faults.push(`console: ${message.text()}`)
  })
  page.on('request', request => {
    const target = new URL(request.url())
    if (/^https?:$/.test(target.protocol) && target.origin !== origin)
      faults.push(`elsewhere: ${request.url()}`)
  })
  page.on('response', response => {
    if (response.status() >= 400 && !response.url().endsWith('/favicon.ico'))
      faults.push(`${response.status()}: ${response.url()}`)
  })
  await page.goto(url, { waitUntil: 'networkidle' })
  return { page, faults }
}
