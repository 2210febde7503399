import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { closeBrowser } from '../support/browser.ts'
import { answerInstead, type FakeAnswer, unknownRoute } from '../support/page-fakes.ts'
import { expectAccessible, goTo, openManage, otherFaults } from '../support/page-manage.ts'
import { type Server, startServer } from '../support/server.ts'

let server: Server

beforeAll(async () => {
  server = await startServer()
})

afterAll(async () => {
  await closeBrowser()
  await server.end()
})

const PAGES = [
  ['refusals', '/api/refusals', 'Refusals'],
  ['keys', '/api/keys', 'Keys'],
  ['webhooks', '/api/webhooks', 'Webhooks'],
  ['alerts', '/api/alert-rules', 'Alert rules'],
  ['alerts/history', '/api/alerts', 'Alerts'],
  ['alerts/notes', '/api/annotations', 'Notes'],
  ['log', '/api/events', 'Events'],
  ['log/access', '/api/access-logs', 'The access log'],
  ['log/audit', '/api/audit-logs', 'The audit log'],
  ['config', '/api/config', 'The configuration'],
] as const

const failure = (status: number, code: string, message: string): FakeAnswer => ({
  status,
  body: { code, message, status: 'error' },
})

/** Every page in turn, while the API answers so. */
async function onEachPage(answer: FakeAnswer, expected: (what: string) => string): Promise<void> {
  let isSignedIn = false
  const paths: readonly string[] = PAGES.map(([, path]) => path)
  const opened = await openManage(server, 'refusals', {
    prepare: async page => {
      await answerInstead(page, ({ path }) => (isSignedIn && paths.includes(path) ? answer : undefined))
    },
  })
  isSignedIn = true
  const { page } = opened
  for (const [where, , what] of PAGES) {
    await goTo(page, where)
    await page.getByText(expected(what)).first().waitFor()
  }
  await expectAccessible(page)
  expect(otherFaults(opened, answer.status)).toEqual([])
}

describe('every management page', () => {
  it('says what the server says when it fails, with a way to try again', async () => {
    await onEachPage(
      failure(503, 'STORE_UNAVAILABLE', 'The database cannot be read just now'),
      what => `${what} cannot be loaded`,
    )
  })

  it('says that the key may not see it', async () => {
    await onEachPage(
      failure(403, 'SCOPE_DENIED', 'The key is bound to some players'),
      what => `This key may not see ${what.toLowerCase()}`,
    )
  })

  it('says that the server does not offer it', async () => {
    await onEachPage(unknownRoute(), what => `This server does not offer ${what.toLowerCase()}`)
  })

  it('shows that it is loading while it is', async () => {
    const waiting: (() => void)[] = []
    const opened = await openManage(server, 'streams', {
      prepare: async page => {
        for (const [, path] of PAGES) await hold(page, path, waiting)
      },
    })
    const { page } = opened
    for (const [where, , what] of PAGES) {
      if (where === 'keys') continue
      await goTo(page, where)
      await page
        .getByRole('status', { name: `${what}: loading` })
        .first()
        .waitFor()
    }
    for (const answer of waiting) answer()
  })
})

/** Holds the answers of a route back; those of the sign-in come through. */
async function hold(page: Page, path: string, waiting: (() => void)[]): Promise<void> {
  if (path === '/api/keys') return
  await page.route(
    url => url.pathname === path,
    async route => {
      await new Promise<void>(resolve => waiting.push(resolve))
      await route.abort().catch(() => undefined)
    },
  )
}

describe('a server that goes away', () => {
  it('leaves what was loaded on the screen, greyed out, and comes back by itself', async () => {
    const before = await startServer()
    const { folder, ports, adminKey } = before
    const { page } = await openManage(before, 'refusals')
    await page.getByText('Nobody was refused').waitFor()
    await before.child.kill()
    await page.locator('.stale').getByText('Nobody was refused').waitFor()
    await page.getByText('The server does not answer.').first().waitFor()
    await expectAccessible(page)
    await startServer({ folder, ports, adminKey })
    await page.locator('.stale').waitFor({ state: 'detached' })
    await page.getByText('Nobody was refused').waitFor()
  })
})
