import { fileURLToPath } from 'node:url'
import { type TestServer, testServer } from '@minato/platform/app/testing'
import { type Sandbox, startSandbox } from '@minato/sandbox'
import { buildWeb } from '@minato/web/build'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { freePort } from '../../../../test/free-port.ts'
import { launchChromium } from '../../../../web/test/chromium.ts'
import { WATCHERS } from '../../../../web/test/inspect-page.ts'

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url))

export type Person = { page: Page; context: BrowserContext; userId: string; close(): Promise<void> }

export type ChatBrowser = {
  base: string
  server: TestServer
  sandbox: Sandbox
  /** A new user with a browser of their own, at the chat's first page. */
  person(options?: PersonOptions): Promise<Person>
  /** Makes the model behave otherwise; without a name, as usual. */
  scenario(name?: string, options?: Record<string, unknown>): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export type PersonOptions = { width?: number; locale?: 'ja' | 'en'; path?: string }

/** The built pages, the real server and the stand-in model, with a browser before them. */
export async function startChat(env: Record<string, string> = {}): Promise<ChatBrowser> {
  await buildWeb(ROOT)
  const sandbox = await startSandbox({ tokensPerSecond: 200, firstTokenMs: 10 })
  const port = await freePort()
  const base = `http://127.0.0.1:${port}`
  const server = await testServer({
    env: {
      PUBLIC_URL: base,
      ...{ LLM_URL: sandbox.llmUrl, LLM_API_KEY: 'sk-sandbox', LLM_MODEL: 'sandbox-main' },
      ...env,
    },
  })
  await server.server.listen({ host: '127.0.0.1', port })
  const browser = await launchChromium()
  return {
    ...{ base, server, sandbox },
    person: (options) => newPerson(browser, server, base, options),
    async scenario(name = 'normal', options = {}) {
      const answer = await fetch(`${sandbox.url}/sandbox/scenarios/llm`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json', 'x-sandbox-token': sandbox.controlToken },
        body: JSON.stringify({ scenario: name, options }),
      })
      if (!answer.ok) throw new Error(await answer.text())
    },
    async [Symbol.asyncDispose]() {
      await browser.close()
      await server[Symbol.asyncDispose]()
      await sandbox.close()
    },
  }
}

async function newPerson(
  browser: Browser,
  server: TestServer,
  base: string,
  { width = 1280, locale = 'ja', path = '/chatbot' }: PersonOptions = {},
): Promise<Person> {
  const { cookie, user } = await server.signIn('user')
  const context = await browser.newContext({
    viewport: { width, height: 800 },
    locale: locale === 'ja' ? 'ja-JP' : 'en-GB',
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  const [name = '', value = ''] = (cookie.split(';')[0] ?? '').split('=')
  await context.addCookies([{ name, value, url: base }])
  const profile = await context.request.patch(`${base}/api/auth/profile`, {
    data: { locale },
    headers: { origin: base, 'sec-fetch-site': 'same-origin' },
  })
  if (!profile.ok()) throw new Error(await profile.text())
  await context.addInitScript(`localStorage.setItem('minato-locale', '${locale}')`)
  await context.addInitScript(WATCHERS)
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  await page.goto(base + path)
  return { page, context, userId: user.id, close: () => context.close() }
}
