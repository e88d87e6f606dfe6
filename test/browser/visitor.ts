import { dirname } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { buildWeb } from '../../web/build.ts'
import { launchChromium } from '../../web/test/chromium.ts'
import { settle } from '../../web/test/walk.ts'

const ROOT = dirname(dirname(import.meta.dirname))

/** A person at a browser of their own: cookies and pages are nobody else's. */
export type Visitor = {
  context: BrowserContext
  page: Page
  /** Exceptions, policy violations and missing texts since the beginning. */
  faults: string[]
  open(path: string): Promise<void>
}

/** The pages as they are built now, and a Chromium to look at them. */
export async function openBrowser(): Promise<Browser> {
  await buildWeb(ROOT)
  return await launchChromium()
}

export async function newVisitor(browser: Browser, baseUrl: string): Promise<Visitor> {
  const context = await browser.newContext({ locale: 'ja-JP', timezoneId: 'Asia/Tokyo' })
  context.setDefaultTimeout(45_000)
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('console', (message) => {
    const text = message.text()
    if (/Content Security Policy|missing message|Minified React error/.test(text)) faults.push(text)
  })
  return {
    ...{ context, page, faults },
    async open(path) {
      await page.goto(new URL(path, baseUrl).href)
      await settle(page)
    },
  }
}

export type PageAnswer = { status: number; body: unknown }

/** A request by the page's own code would make: its cookies, its origin, its marks. */
export async function fetchInPage(
  page: Page,
  path: string,
  init: { method?: string; json?: unknown; form?: Record<string, string> } = {},
): Promise<PageAnswer> {
  return await page.evaluate(
    async ({ path, method, json, form }) => {
      const body = form === undefined ? undefined : new FormData()
      for (const [name, value] of Object.entries(form ?? {})) body?.append(name, value)
      const answer = await fetch(path, {
        method: method ?? 'GET',
        ...(json === undefined
          ? {}
          : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(json) }),
        ...(body === undefined ? {} : { body }),
      })
      const text = await answer.text()
      const isJson = answer.headers.get('content-type')?.includes('json') === true
      return { status: answer.status, body: isJson && text !== '' ? JSON.parse(text) : text }
    },
    { path, ...init },
  )
}

export async function signInByForm(
  visitor: Visitor,
  person: { email: string; password: string },
): Promise<void> {
  const { page } = visitor
  await visitor.open('/sign-in')
  await page.getByLabel('メールアドレス').fill(person.email)
  await page.getByLabel('パスワード', { exact: true }).fill(person.password)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: /こんにちは/ }).waitFor()
}
