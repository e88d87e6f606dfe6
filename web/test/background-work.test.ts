import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { defineApp } from '@minato/platform/app'
import { type TestServer, testServer } from '@minato/platform/app/testing'
import { defineJob } from '@minato/platform/jobs'
import type { Browser, Page } from 'playwright-core'
import { z } from 'zod'
import { freePort } from '../../test/free-port.ts'
import { buildWeb } from '../build.ts'
import { chromiumPath, launchChromium } from './chromium.ts'

const skip = chromiumPath() === undefined && 'no Chromium here (set CHROMIUM_PATH)'
const ROOT = new URL('../..', import.meta.url).pathname
const ORIGIN_OF_TESTS = 'http://127.0.0.1:3999'

let step = Promise.withResolvers<void>()
const loading = defineJob({
  name: 'trial.load',
  title: { en: 'Load the ship', ja: '船への積み込み' },
  input: z.object({}),
  timeoutMs: 60_000,
  async run(_services, _input, job) {
    for (const percent of [20, 80]) {
      await job.progress(percent, { en: `Crate ${percent}`, ja: `木箱 ${percent}` })
      await step.promise
      step = Promise.withResolvers()
    }
  },
})
const trial = defineApp({
  name: 'trial',
  title: { en: 'Trial', ja: '試行' },
  description: { en: 'Jobs of a test.', ja: 'テスト用のジョブ。' },
  permissions: {},
  jobs: [loading],
})

let server: TestServer
let browser: Browser
let page: Page
let userId: string
const scripts: string[] = []

before(async () => {
  if (skip) return
  await buildWeb(ROOT)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  server = await testServer({
    apps: [trial],
    env: { PUBLIC_URL: url, ALLOWED_ORIGINS: ORIGIN_OF_TESTS },
  })
  await server.server.listen({ host: '127.0.0.1', port })
  const person = await server.signIn('user')
  userId = person.user.id
  browser = await launchChromium()
  const context = await browser.newContext({ locale: 'ja-JP' })
  context.setDefaultTimeout(20_000)
  const cookies = person.cookie.split('; ').map((pair) => {
    const equals = pair.indexOf('=')
    return { name: pair.slice(0, equals), value: pair.slice(equals + 1), url }
  })
  await context.addCookies(cookies)
  page = await context.newPage()
  page.on('request', (request) => {
    if (request.resourceType() === 'script') scripts.push(request.url())
  })
  await page.goto(url)
})
after(async () => {
  step.resolve()
  await browser?.close()
  await server?.[Symbol.asyncDispose]()
})

test('work that runs for a person shows in the top bar and moves by itself', {
  skip,
}, async () => {
  const button = page.getByRole('button', { name: 'バックグラウンド処理' })
  await button.waitFor()
  await page.waitForLoadState('networkidle')
  const before = scripts.length
  const socket = page.waitForEvent('websocket')
  await button.click()
  await page.getByText('実行中の処理はありません').waitFor()
  const { url } = { url: (await socket).url() }
  assert.match(url, /\/api\/realtime\//)
  assert.ok(scripts.length > before, 'the socket client comes with the first look')
  // From here on only what the connection brings can change the list.
  await page.route('**/api/jobs?*', () => undefined)
  const joined = async () =>
    (await server.services.realtime.connections()).some(({ rooms }) =>
      rooms.includes(`jobs:${userId}`),
    )
  for (let turn = 0; turn < 200 && !(await joined()); turn += 1) await page.waitForTimeout(25)
  await server.services.jobs.enqueue(loading, {}, { ownerId: userId })
  await page.getByText('船への積み込み').waitFor()
  await page.locator('progress[value="20"]').waitFor()
  assert.equal(await button.getAttribute('aria-label'), 'バックグラウンド処理 (1)')
  step.resolve()
  await page.locator('progress[value="80"]').waitFor()
  await page.getByText('木箱 80').waitFor()
  step.resolve()
  await page.getByText('実行中の処理はありません').waitFor()
})

test('without a connection the page looks by itself', { skip }, async () => {
  await page.unroute('**/api/jobs?*')
  await page.routeWebSocket('**/api/realtime/**', (socket) => void socket.close())
  await page.reload()
  await page.getByRole('button', { name: 'バックグラウンド処理' }).waitFor()
  await server.services.jobs.enqueue(loading, {}, { ownerId: userId })
  await page.getByRole('button', { name: 'バックグラウンド処理 (1)' }).click()
  await page.getByText('船への積み込み').waitFor()
})
