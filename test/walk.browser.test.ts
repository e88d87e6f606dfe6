import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { outsidePaths } from '../web/src/outside/paths.ts'
import { type Finding, type Route, settle, walkRoutes } from '../web/test/walk.ts'
import { consoleEnvironment } from './browser/console-data.ts'
import { insideStates, outsideStates } from './browser/shell-states.ts'
import { newVisitor, openBrowser } from './browser/visitor.ts'
import { type Examples, fillSystem } from './browser/walk-data.ts'
import { skipWithout } from './peers.ts'
import { startSystem } from './system.ts'

/** One person walks through all pages at once: their own limits are not what is looked at. */
const NO_LIMITS = { RATE_READ: '100000/1m', RATE_ACTION: '100000/1m', RATE_ANONYMOUS: '100000/1m' }

const lines = (findings: Finding[]) =>
  findings.map(({ visit, kind, detail }) => `${visit}: ${kind}: ${detail}`)

test('every page of every app, in both languages, colours and widths', {
  skip: skipWithout('chromium'),
  timeout: 480_000,
}, async (t) => {
  const browser = await openBrowser()
  try {
    await using system = await startSystem({ env: { ...NO_LIMITS, ...consoleEnvironment } })
    const baseUrl = system.url
    await using filled = await fillSystem(system)
    const { admin, examples } = filled
    const cookies = admin.cookie.split('; ').map((pair) => {
      const cut = pair.indexOf('=')
      return { name: pair.slice(0, cut), value: pair.slice(cut + 1) }
    })
    const visitor = await newVisitor(browser, baseUrl)
    await visitor.context.addCookies(cookies.map((cookie) => ({ ...cookie, url: baseUrl })))
    await visitor.open('/')
    const paths = await visitor.page.evaluate<string[]>(ROUTER_PATHS)
    await visitor.context.close()
    const outsideRoutes = [...outsidePaths, ...outsideStates]
    const outside = await walkRoutes({ baseUrl, browser, routes: outsideRoutes })
    t.diagnostic(`before the sign-in: ${outside.sheet}`)
    const routes = paths.map((path) => toRoute(path, examples))
    const inside = await walkRoutes({ baseUrl, browser, cookies, routes, onePage: true })
    t.diagnostic(`behind the sign-in: ${inside.sheet}`)
    // Each on a page of its own: what one opens would lie over the next.
    const opened = await walkRoutes({ baseUrl, browser, cookies, routes: insideStates })
    t.diagnostic(`opened over them: ${opened.sheet}`)
    assert.ok(paths.length > 20, `The router knows too little: ${paths.join(' ')}`)
    const walked = [outside, inside, opened]
    assert.deepEqual(
      walked.flatMap(({ findings }) => lines(findings)),
      [],
    )
  } finally {
    await browser.close()
  }
})

/** The router of the built pages says what there is: a new page is walked by itself. */
const ROUTER_PATHS = `[...new Set(Object.keys(__TSR_ROUTER__.routesByPath))]
  .filter((path) => path.startsWith('/')).sort()`

function toRoute(path: string, examples: Examples): Route {
  if (!path.includes('$')) return { path }
  const example = examples[path]
  assert.ok(example, `Give an example for ${path} in test/browser/walk-data.ts`)
  const missing = example.endsWith('/unknown')
  return {
    ...{ path: example, name: path },
    ...(missing ? { expectedErrors: /404/ } : {}),
    ...(path.startsWith('/chatbot') ? { prepare: drawnAnswers } : {}),
  }
}

/** Mathematics comes last: its code is loaded when the first formula is seen. */
async function drawnAnswers(page: Page): Promise<void> {
  await page.locator('article math').first().waitFor({ state: 'attached' })
  await settle(page)
}
