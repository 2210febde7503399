import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { type OpenPage, openPage } from './browser.ts'
import type { Server } from './server.ts'

export const PHONE = { width: 390, height: 844 }
export const DESKTOP = { width: 1440, height: 900 }

interface ManageOptions {
  /** Instead of the admin key. */
  key?: string
  viewport?: { width: number; height: number }
  /** Before anything is loaded: routes that answer instead of the server. */
  prepare?: (page: Page) => Promise<void>
}

/** Signs in with the admin key and goes to a page: 'keys', 'log/access'. */
export async function openManage(
  server: Server,
  where: string,
  { key = server.adminKey, viewport = DESKTOP, prepare }: ManageOptions = {},
): Promise<OpenPage> {
  const opened = await openPage(server.url, viewport)
  const { page } = opened
  await prepare?.(page)
  const field = page.getByLabel('API key')
  await field.fill(key)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await field.waitFor({ state: 'detached' })
  // How the sign-in finds out what the key may: some of its questions are denied.
  opened.faults.length = 0
  await goTo(page, where)
  return opened
}

export async function goTo(page: Page, where: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(`#/${where}`)}`)
}

/** Faults but for answers of these statuses, which the test asked for. */
export function otherFaults({ faults }: OpenPage, ...statuses: readonly number[]): string[] {
  return faults.filter(
    fault =>
      !statuses.some(status => fault.startsWith(`${status}: `) || fault.includes(`status of ${status}`)),
  )
}

export type Theme = 'light' | 'dark'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface AxeFinding {
  id: string
  impact: string
  where: string[]
}

interface AxeResult {
  violations: { id: string; impact: string | null; nodes: { html: string }[] }[]
}

/** What axe-core finds serious or critical. */
async function axeFindings(page: Page): Promise<AxeFinding[]> {
  const isLoaded = await page.evaluate<boolean>('typeof axe !== "undefined"')
  if (!isLoaded) await page.evaluate(AXE)
  const { violations } = await page.evaluate<AxeResult>(`axe.run({ resultTypes: ['violations'] })`)
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, impact, nodes }) => ({ id, impact: impact ?? '', where: nodes.map(({ html }) => html) }))
}

/** Puts the page into a theme, as the system would. */
export const setTheme = (page: Page, theme: Theme) => page.emulateMedia({ colorScheme: theme })

/** No serious finding in either theme, and nothing that has to be scrolled sideways. */
export async function expectAccessible(page: Page): Promise<void> {
  for (const theme of ['light', 'dark'] as const) {
    await setTheme(page, theme)
    expect({ theme, findings: await axeFindings(page) }).toEqual({ theme, findings: [] })
  }
  const overhang = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
  expect(overhang).toBeLessThanOrEqual(0)
}
