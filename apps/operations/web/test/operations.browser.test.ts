import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { skipWithout } from '../../../../test/peers.ts'
import { type RunningSystem, startSystem } from '../../../../test/system.ts'
import { buildWeb } from '../../../../web/build.ts'
import { launchChromium } from '../../../../web/test/chromium.ts'

const skip = skipWithout('chromium')
const PASSWORD = 'harbour lantern tide 42'
const ROOT = new URL('../../../..', import.meta.url).pathname

let system: RunningSystem
let browser: Browser
let context: BrowserContext

before(async () => {
  if (skip !== false) return
  await buildWeb(ROOT)
  system = await startSystem()
  browser = await launchChromium()
  context = await browser.newContext({ locale: 'ja-JP' })
  context.setDefaultTimeout(20_000)
  const token = new URL(system.setupUrl ?? '').hash.replace('#token=', '')
  const made = await context.request.post(`${system.url}/api/auth/setup`, {
    headers: { origin: system.url },
    data: {
      token,
      email: 'admin@example.com',
      name: '山田 花子',
      password: PASSWORD,
      locale: 'ja',
    },
  })
  assert.equal(made.status(), 201, await made.text())
})
after(async () => {
  await browser?.close()
  await system?.[Symbol.asyncDispose]()
})

async function open(path: string): Promise<Page> {
  const page = await context.newPage()
  await page.goto(`${system.url}${path}`)
  return page
}

test('an invitation is sent by its form and read in the mailbox by keyboard', {
  skip,
}, async () => {
  const page = await open('/operations/users')
  await page.getByRole('button', { name: '招待する' }).first().click()
  await page.getByRole('textbox', { name: 'メールアドレス', exact: true }).fill('taro@example.com')
  await page.keyboard.press('Enter')
  await page.getByText('taro@example.com を招待しました').waitFor()
  await page.goto(`${system.url}/operations/mail/sandbox?query=taro`)
  await page.locator('[data-row]').first().waitFor()
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  const mail = page.getByRole('article')
  await mail.getByText(/sign-up#token=/).waitFor()
  assert.match(page.url(), /mail=/, 'the open mail is in the address')
  await mail.getByText('HTML ソース').click()
  await mail.getByText(/<!doctype html>|<html/i).waitFor()
  assert.equal(await mail.locator('iframe').count(), 0, 'nothing of a mail runs')
  await page.close()
})

test('a scenario is chosen, acts, and is undone', { skip }, async () => {
  const page = await open('/operations/sandbox')
  await page.getByText('429(利用枠の超過)').click()
  await page.getByText('適用中').waitFor()
  await page.goto(`${system.url}/operations/llm/lanes`)
  await page.getByRole('button', { name: '確認する' }).click()
  await page.getByText('LLM_QUOTA').waitFor()
  await page.goto(`${system.url}/operations/sandbox`)
  await page.getByText('通常どおり応答する').click()
  await page.getByText('適用中').waitFor({ state: 'detached' })
  await page.close()
})

test('a dangerous act names its object and asks for the password again', { skip }, async () => {
  const made = await system.cli(
    ['user', 'create', '--email', 'jiro@example.com', '--role', 'user', '--password-stdin'],
    'kaze-to-minato-no-uta-7\n',
  )
  assert.equal(made.code, 0, made.stderr)
  const page = await open('/operations/users?query=jiro')
  await page.getByRole('link', { name: 'jiro' }).click()
  await page.getByRole('button', { name: '利用を停止' }).click()
  const asked = page.getByRole('dialog').filter({ hasText: 'jiro さんの利用を停止しますか？' })
  await asked.getByRole('button', { name: '利用を停止' }).click()
  await page.locator('input[type=password]').fill(PASSWORD)
  await page.keyboard.press('Enter')
  await page.getByText('jiro さんの利用を停止しました').waitFor()
  await page.getByText('停止中').waitFor()
  await page.close()
})

test('who is connected live is listed with their rooms', { skip }, async () => {
  const page = await open('/operations/realtime')
  await page.getByText('ライブ接続はありません').waitFor()
  await page.getByRole('button', { name: 'バックグラウンド処理' }).click()
  const row = page.locator('[data-row]', { hasText: 'admin@example.com' })
  await row.getByText(/^jobs:/).waitFor()
  await row.getByText('バックグラウンド処理').waitFor()
  await page.close()
})

test('the essentials are charts, and say so while there is nothing to draw', { skip }, async () => {
  const page = await open('/operations/metrics?hours=1')
  const question = page.getByRole('heading', { name: '1 秒あたり何件のリクエストがあるか' })
  await question.or(page.getByText('まだ記録がありません')).waitFor()
  await question.waitFor({ timeout: 60_000 }) // written after 5 s, asked for again every 30 s
  assert.equal(await page.getByRole('img').count(), 10)
  const memory = page.getByRole('img', { name: /最大のプロセスのメモリー使用量/ })
  assert.match((await memory.getAttribute('aria-label')) ?? '', /\d MB/)
  await page.getByText('7 日').click()
  await page.waitForURL(/hours=168/)
  assert.equal(await page.getByRole('img').count(), 10)
  await page.close()
})
