import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser } from 'playwright-core'
import {
  answerSoFar,
  conversationIn,
  finishedAnswer,
  newestAnswer,
  reconnectIfAsked,
  typeQuestion,
} from './browser/chat.ts'
import { printJapanesePdf } from './browser/japanese-pdf.ts'
import { readMail } from './browser/mailbox.ts'
import {
  fetchInPage,
  newVisitor,
  openBrowser,
  signInByForm,
  type Visitor,
} from './browser/visitor.ts'
import { newPerson } from './http-client.ts'
import { skipWithout } from './peers.ts'
import { startPostgres } from './postgres.ts'
import { startRedis } from './redis.ts'
import { type RunningSystem, startSystem } from './system.ts'

const PASSWORD = 'harbour lantern tide 42'
const COLLEAGUE = 'sato@example.com'

type Message = { id: string; role: string; state: string; content: string; files: { id: string }[] }
type Conversation = { id: string; messages: Message[] }

const CHROMIUM = { skip: skipWithout('chromium'), timeout: 300_000 }

describe('from the setup link to the sign-out', CHROMIUM, () => {
  let system: RunningSystem
  let browser: Browser
  let admin: Visitor
  let colleague: Visitor
  let conversation: string
  let broken = false

  before(async () => {
    browser = await openBrowser()
    system = await startSystem()
    admin = await newVisitor(browser, system.url)
    colleague = await newVisitor(browser, system.url)
  })
  after(async () => {
    await browser?.close()
    await system?.[Symbol.asyncDispose]()
  })

  /** Each goes on where the one before left the page: after a failure the rest says nothing. */
  function step(name: string, work: () => Promise<void>): void {
    test(name, async (t) => {
      if (broken) return t.skip('an earlier step failed')
      broken = true
      await work()
      broken = false
    })
  }

  async function storedConversation(): Promise<Conversation> {
    const path = `/api/chatbot/conversations/${conversation}`
    const { status, body } = await fetchInPage(colleague.page, path)
    assert.equal(status, 200)
    return body as Conversation
  }

  step('the printed link makes the administrator', async () => {
    const { page } = admin
    assert.ok(system.setupUrl, system.output())
    await page.goto(system.setupUrl)
    await page.getByLabel('名前').fill('山田 花子')
    await page.getByLabel('メールアドレス').fill('admin@example.com')
    await page.getByLabel('新しいパスワード').fill(PASSWORD)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: '山田 花子 さん、こんにちは' }).waitFor()
  })

  step('a colleague is invited by mail and signs up in another browser', async () => {
    await admin.open('/operations/users')
    await admin.page.getByRole('button', { name: '招待する' }).click()
    const form = admin.page.getByRole('dialog')
    await form.getByLabel('メールアドレス').fill(COLLEAGUE)
    await form.getByRole('button', { name: '招待メールを送る' }).click()
    await admin.page.getByText(`${COLLEAGUE} を招待しました`).waitFor()
    const mail = await readMail(admin, COLLEAGUE)
    const link = /https?:\/\/\S+\/sign-up#token=[\w-]+/.exec(mail)?.[0]
    assert.ok(link, mail)
    const { page } = colleague
    await page.goto(link)
    await page.getByLabel('名前').fill('佐藤 次郎')
    assert.equal(await page.getByLabel('メールアドレス').inputValue(), COLLEAGUE)
    await page.getByLabel('新しいパスワード').fill(PASSWORD)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: '佐藤 次郎 さん、こんにちは' }).waitFor()
  })

  step('asks about a Japanese PDF; the answer streams in and names the page', async () => {
    const { page } = colleague
    await page.getByRole('link', { name: 'チャット' }).first().click()
    await page.locator('input[type=file]').setInputFiles({
      name: '道路土工要綱.pdf',
      mimeType: 'application/pdf',
      buffer: await printJapanesePdf(browser),
    })
    await typeQuestion(page, '路体の締固め度は何パーセント以上ですか')
    const partial = await answerSoFar(page, 1)
    const whole = await finishedAnswer(page, 'done', '九十二パーセント以上')
    conversation = conversationIn(page)
    assert.ok(partial.length < whole.length, `It did not stream: ${partial}`)
    assert.match(whole, /道路土工要綱\.pdf[^)]*2\s*ページ/)
    await page.getByText('3 ページ').first().waitFor()
  })

  step('stops a long answer and has it written again', async () => {
    const { page } = colleague
    await typeQuestion(page, '長い文章を書いてください')
    await answerSoFar(page, 100)
    await page.getByRole('button', { name: '停止' }).click()
    const stopped = await finishedAnswer(page, 'stopped', '途中で停止しました。')
    assert.doesNotMatch(stopped, /30番目の文/)
    await newestAnswer(page).getByRole('button', { name: '再生成' }).click()
    await finishedAnswer(page, 'done', '30番目の文')
    await newestAnswer(page).getByText('2 / 2').waitFor()
  })

  step(
    'kill -9 in the middle of an answer: all is there again, the cut answer marked',
    async () => {
      const { page } = colleague
      await typeQuestion(page, 'count from 1 to 5000')
      await answerSoFar(page, 400)
      const earlier = await storedConversation()
      await system.kill()
      const { port, dataDir } = system
      const again = await startSystem({ port, dataDir })
      // The folder is the first start's: it goes with that.
      const first = system
      system = {
        ...again,
        async [Symbol.asyncDispose]() {
          await again.kill()
          await first[Symbol.asyncDispose]()
        },
      }
      await reconnectIfAsked(page)
      await finishedAnswer(page, 'interrupted', '回答が途中で切れました')
      const later = await storedConversation()
      const settled = ({ messages }: Conversation) => messages.slice(0, -1)
      assert.deepEqual(settled(later), settled(earlier))
      const last = later.messages.at(-1)
      assert.equal(last?.state, 'interrupted')
      assert.match(last?.content ?? '', /\n1, 2, 3, /)
      await colleague.open(`/chatbot/${conversation}`)
      await newestAnswer(page, 'interrupted').waitFor()
      await typeQuestion(page, '「まだ話せます」と言って')
      await finishedAnswer(page, 'done', 'まだ話せます')
    },
  )

  step('to a second user nothing of it exists', async () => {
    const { messages } = await storedConversation()
    const stranger = await newVisitor(browser, system.url)
    await signInByForm(stranger, await newPerson(system))
    for (const request of everyAddress(conversation, messages)) {
      const { status, body } = await fetchInPage(stranger.page, request.path, request)
      const what = `${request.method ?? 'GET'} ${request.path}: ${JSON.stringify(body)}`
      assert.equal(status, 404, what)
      assert.doesNotMatch(JSON.stringify(body), /路体|締固め/)
    }
    for (const search of ['', '?query=締固め']) {
      const found = await fetchInPage(stranger.page, `/api/chatbot/conversations${search}`)
      assert.deepEqual((found.body as { items: unknown[] }).items, [])
    }
    await stranger.open(`/chatbot/${conversation}`)
    await stranger.page.getByRole('alert').waitFor()
    assert.equal(await newestAnswer(stranger.page).count(), 0)
    await stranger.context.close()
    // Nor did any of the attempts change it.
    assert.deepEqual((await storedConversation()).messages, messages)
  })

  step('after the sign-out the conversation is behind the sign-in', async () => {
    const { page } = colleague
    await page.getByRole('button', { name: 'アカウント', exact: true }).click()
    await page.getByRole('menuitem', { name: 'サインアウト' }).click()
    await page.getByText('サインアウトしました。').waitFor()
    const path = `/api/chatbot/conversations/${conversation}`
    assert.equal((await fetchInPage(page, path)).status, 401)
    await page.goto(`${system.url}/chatbot/${conversation}`)
    await page.waitForURL(/\/sign-in\?next=/)
    assert.deepEqual([...admin.faults, ...colleague.faults], [])
  })
})

type AddressedRequest = Parameters<typeof fetchInPage>[2] & { path: string }

/** Every address under /api/chatbot that names something of a conversation. */
function everyAddress(conversation: string, messages: readonly Message[]): AddressedRequest[] {
  const base = `/api/chatbot/conversations/${conversation}`
  const question = messages[0]?.id
  const answer = messages.at(-1)?.id
  const files = messages.flatMap((message) => message.files)
  assert.ok(question && answer && files.length > 0)
  return [
    { path: base },
    { path: base, method: 'PATCH', json: { title: '奪った' } },
    { path: `${base}/messages`, method: 'POST', form: { text: '締固めは？' } },
    { path: `${base}/messages`, method: 'POST', form: { text: '締固めは？', parentId: answer } },
    { path: `${base}/messages/${answer}/stream` },
    { path: `${base}/messages/${answer}/stop`, method: 'POST' },
    { path: `${base}/messages/${answer}/regenerate`, method: 'POST' },
    { path: `${base}/messages/${question}/regenerate`, method: 'POST' },
    { path: `${base}/export?format=md` },
    { path: `${base}/export?format=json` },
    ...files.flatMap(({ id }) => [
      { path: `/api/chatbot/files/${id}` },
      { path: `/api/chatbot/files/${id}?inline=true` },
    ]),
    { path: base, method: 'DELETE' },
  ]
}

const SERVERS = { skip: skipWithout('chromium', 'postgres', 'redis') }

test('on PostgreSQL and Redis: sign in, ask, watch it stream', SERVERS, async () => {
  await using postgres = await startPostgres()
  await using redis = await startRedis()
  await using system = await startSystem({
    env: { DATABASE_URL: postgres.url, REDIS_URL: redis.url },
  })
  const browser = await openBrowser()
  try {
    const visitor = await newVisitor(browser, system.url)
    const { page } = visitor
    await signInByForm(visitor, await newPerson(system))
    await page.getByRole('link', { name: 'チャット' }).first().click()
    await typeQuestion(page, '長い文章を書いてください')
    const partial = await answerSoFar(page, 20)
    const whole = await finishedAnswer(page, 'done', '30番目の文')
    assert.ok(partial.length < whole.length)
    await visitor.open(`/chatbot/${conversationIn(page)}`)
    await finishedAnswer(page, 'done', '30番目の文')
    assert.deepEqual(visitor.faults, [])
  } finally {
    await browser.close()
  }
})
