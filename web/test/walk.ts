import { mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, ConsoleMessage, Page } from 'playwright-core'
import { launchChromium } from './chromium.ts'
import { writeContactSheet } from './contact-sheet.ts'
import { type Fault, inspectPage, WATCHERS } from './inspect-page.ts'

export type Cookie = { name: string; value: string }
export type Look = { locale: 'ja' | 'en'; scheme: 'light' | 'dark'; width: 375 | 1440 }
export type Visit = Look & { id: string; path: string; picture: string }
export type Finding = Fault & { visit: string }
type Walked = { visits: Visit[]; findings: Finding[] }

export type Route = {
  path: string
  /** In the pictures' names; the path when left out. */
  name?: string
  /** Done before the look: open a dialog, wait for an answer. */
  prepare?: (page: Page, look: Look) => Promise<void>
  /** Errors in the console that belong to what is shown (the 404 of a missing thing). */
  expectedErrors?: RegExp
}

export type WalkOptions = {
  baseUrl: string
  /** The session of the person who walks; none for the pages before the sign-in. */
  cookies?: readonly Cookie[]
  routes: readonly (string | Route)[]
  /** Where the pictures go; a new temporary folder when left out. */
  folder?: string
  locales?: readonly Look['locale'][]
  schemes?: readonly Look['scheme'][]
  widths?: readonly Look['width'][]
  browser?: Browser
  /** Go from page to page as a person does, without loading the whole anew for each. */
  onePage?: boolean
}

/**
 * Visits each route in each language, colour and width and says what a person would trip over.
 *
 * @example
 * const { findings, sheet } = await walkRoutes({ baseUrl, cookies, routes: ['/', '/profile'] })
 * assert.deepEqual(findings, [], `see ${sheet}`)
 */
export async function walkRoutes(
  options: WalkOptions,
): Promise<{ visits: Visit[]; findings: Finding[]; sheet: string }> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'minato-walk-')))
  await mkdir(folder, { recursive: true })
  const browser = options.browser ?? (await launchChromium())
  const visits: Visit[] = []
  const findings: Finding[] = []
  try {
    // One language after the other, because the profile keeps it; its widths at once.
    for (const locale of options.locales ?? (['ja', 'en'] as const)) {
      if (options.cookies?.length) await keepLocale(browser, options, locale)
      const walks = (options.widths ?? ([1440, 375] as const)).map((width) =>
        walkAtWidth(browser, options, folder, locale, width),
      )
      for (const walked of await Promise.all(walks)) {
        visits.push(...walked.visits)
        findings.push(...walked.findings)
      }
    }
    const sheet = await writeContactSheet(browser, folder, visits, findings)
    return { visits, findings, sheet }
  } finally {
    if (options.browser === undefined) await browser.close()
  }
}

async function walkAtWidth(
  browser: Browser,
  options: WalkOptions,
  folder: string,
  locale: Look['locale'],
  width: Look['width'],
): Promise<Walked> {
  const walked: Walked = { visits: [], findings: [] }
  const context = await openContext(browser, options, locale, width)
  try {
    let page = await context.newPage()
    for (const route of options.routes) {
      const visit: VisitOptions = { page, folder, locale, width, route, ...options }
      const seen = await visitRoute(visit)
      walked.visits.push(...seen.visits)
      walked.findings.push(...seen.findings)
      if (options.onePage) continue
      await page.close()
      page = await context.newPage()
    }
  } finally {
    await context.close()
  }
  return walked
}

async function openContext(
  browser: Browser,
  { baseUrl, cookies = [] }: WalkOptions,
  locale: Look['locale'],
  width: Look['width'],
): Promise<BrowserContext> {
  const phone = width < 768
  const context = await browser.newContext({
    locale: locale === 'ja' ? 'ja-JP' : 'en-GB',
    viewport: { width, height: phone ? 812 : 900 },
    hasTouch: phone,
    isMobile: phone,
    reducedMotion: 'reduce',
  })
  await context.addCookies(cookies.map((cookie) => ({ ...cookie, url: baseUrl })))
  await context.addInitScript(WATCHERS)
  // “As the device”: then the colours can be changed while the page stands.
  await context.addInitScript(
    `localStorage.setItem('minato-locale', '${locale}'); localStorage.setItem('minato-colours', 'auto')`,
  )
  return context
}

/** The profile's language wins over the browser's, so the walk sets it as a person would. */
async function keepLocale(
  browser: Browser,
  { baseUrl, cookies = [] }: WalkOptions,
  locale: Look['locale'],
): Promise<void> {
  const context = await browser.newContext()
  try {
    await context.addCookies(cookies.map((cookie) => ({ ...cookie, url: baseUrl })))
    const answer = await context.request.patch(`${baseUrl}/api/auth/profile`, {
      data: { locale },
      headers: { origin: new URL(baseUrl).origin, 'sec-fetch-site': 'same-origin' },
    })
    if (!answer.ok()) throw new Error(`The profile's language: ${answer.status()}`)
  } finally {
    await context.close()
  }
}

type VisitOptions = WalkOptions & {
  page: Page
  folder: string
  locale: Look['locale']
  width: Look['width']
  route: string | Route
}

/** One load, looked at in both colours. */
async function visitRoute(options: VisitOptions): Promise<Walked> {
  const { page, baseUrl, folder, locale, width, schemes = ['light', 'dark'] } = options
  const {
    path,
    name = path,
    prepare,
    expectedErrors,
  }: Route = typeof options.route === 'string' ? { path: options.route } : options.route
  const walked: Walked = { visits: [], findings: [] }
  let faults: Fault[] = []
  const onError = (error: Error) => faults.push({ kind: 'crash', detail: String(error) })
  const onConsole = (message: ConsoleMessage) => {
    if (message.type() !== 'error' || expectedErrors?.test(message.text())) return
    faults.push({ kind: 'console', detail: `${message.text()} ${message.location().url}` })
  }
  page.on('pageerror', onError).on('console', onConsole)
  for (const scheme of schemes) {
    const first = scheme === schemes[0]
    const look: Look = { locale, scheme, width }
    const id = `${name} ${locale} ${scheme} ${width}`
    const picture = join(folder, `${id.replace(/[^\p{L}\d-]+/gu, '_')}.png`)
    try {
      await page.emulateMedia({ colorScheme: scheme })
      if (first) {
        await goTo(page, new URL(path, baseUrl).href)
        await settle(page)
        await prepare?.(page, look)
      }
      await settle(page)
      faults.push(...(await inspectPage(page, width, first ? 'all' : 'colours')))
    } catch (error) {
      faults.push({ kind: 'crash', detail: String(error).slice(0, 300) })
    }
    await page.screenshot({ path: picture, fullPage: true }).catch(() => undefined)
    walked.visits.push({ ...look, id, path, picture })
    walked.findings.push(...faults.map((fault) => ({ ...fault, visit: id })))
    faults = []
  }
  page.off('pageerror', onError).off('console', onConsole)
  return walked
}

/** By the app's own router where it runs already; what was watched begins anew. */
async function goTo(page: Page, href: string): Promise<void> {
  const inside = await page.evaluate('globalThis.__TSR_ROUTER__ !== undefined')
  if (!inside) return void (await page.goto(href))
  const { pathname, search, hash } = new URL(href)
  await page.evaluate(`__violations.length = __shifted.length = __shift = 0;
    scrollTo(0, 0); __TSR_ROUTER__.navigate({ href: ${JSON.stringify(pathname + search + hash)} })`)
}

const SETTLED = `new Promise((resolve, reject) => {
  const until = Date.now() + 45000
  const look = () => {
    const drawn = document.querySelector('h1, [role=alert]') !== null
    const busy = document.querySelector('[data-loading], [aria-busy=true], #root:empty') !== null
    if (drawn && !busy) document.fonts.ready.then(() => requestAnimationFrame(() => requestAnimationFrame(() => resolve(true))))
    else if (Date.now() > until) reject(new Error('The page did not settle within 45 s'))
    else setTimeout(look, 20)
  }
  look()
})`

/** Drawn, with its data, and with its fonts. A redirect on the way starts the wait again. */
export async function settle(page: Page): Promise<void> {
  for (let attempt = 0; attempt < 4; attempt += 1) {
    try {
      await page.evaluate(SETTLED)
      return
    } catch (error) {
      if (attempt === 3 || !/context was destroyed|navigat/i.test(String(error))) throw error
      await page.waitForLoadState()
    }
  }
}
