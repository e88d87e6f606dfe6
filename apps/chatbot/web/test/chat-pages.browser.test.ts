import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { chromiumPath } from '../../../../web/test/chromium.ts'
import { type ChatBrowser, startChat } from './chat-browser.ts'
import { chatPage, PNG } from './chat-page.ts'
import { frameTimes, sayFrames } from './frame-times.ts'
import { HOSTILE, longConversation, turnsOf } from './long-conversation.ts'
import { blankPdf, textOfPdf } from './pdf.ts'

const required = (process.env['MINATO_TEST_REQUIRE'] ?? '').includes('chromium')
const skip = chromiumPath() === undefined && !required && 'Chromium is not installed'

describe('the chat in a browser', { skip }, () => {
  let chat: ChatBrowser

  before(async () => {
    chat = await startChat({ LLM_FILES: 'true' })
  })
  after(async () => {
    await chat?.[Symbol.asyncDispose]()
  })

  test('the Enter that ends a conversion does not send; the next one does', async () => {
    const person = await chat.person()
    const { page } = person
    const { field, answered, questions, convert } = chatPage(page)
    await convert('みなとはなんですか', '港とは何ですか？')
    assert.equal(await field.inputValue(), '港とは何ですか？')
    assert.match(page.url(), /\/chatbot$/)
    await field.press('Shift+Enter')
    await field.pressSequentially('二行目')
    await field.press('Enter')
    await page.waitForURL(/\/chatbot\/[0-9a-f-]{36}$/)
    assert.match(await answered(), /sandbox-main/)
    assert.match(await questions.innerText(), /港とは何ですか？\n二行目/)
    assert.equal(await field.inputValue(), '')
    await person.close()
  })

  test('an answer streams in, is stopped, and says so', async () => {
    await chat.scenario('slow', { firstTokenMs: 50, tokensPerSecond: 20, answerTokens: 400 })
    const person = await chat.person()
    const { page } = person
    const { ask, lastAnswer, answered, button, field } = chatPage(page)
    await ask('長い話をしてください')
    await lastAnswer.waitFor()
    const lengths: number[] = []
    for (let look = 0; look < 3; look += 1) {
      const known = lengths.at(-1) ?? 0
      await page.waitForFunction(
        (length) =>
          ([...document.querySelectorAll('article[data-state]')].at(-1)?.textContent ?? '').length >
          length,
        known,
      )
      lengths.push((await lastAnswer.innerText()).length)
    }
    assert.ok((lengths[2] ?? 0) > (lengths[0] ?? 0), `grows: ${lengths}`)
    // A second question is refused in words, and stays in the field.
    await ask('もう一つ')
    await page.getByText('回答を作成中です。完了を待つか').waitFor()
    assert.equal(await field.inputValue(), 'もう一つ')
    await button('停止').click()
    assert.match(await answered('stopped'), /途中で停止しました/)
    await chat.scenario()
    await person.close()
  })

  test('an answer goes on after a reload and after the network was away, where it was', async () => {
    await chat.scenario('slow', { firstTokenMs: 50, tokensPerSecond: 25 })
    const person = await chat.person()
    const { page } = person
    const { ask, answered, lastAnswer } = chatPage(page)
    await ask('1から40まで数えてください')
    await lastAnswer.getByText('5, 6').waitFor()
    await page.reload()
    await lastAnswer.waitFor()
    assert.equal(await lastAnswer.getAttribute('data-state'), 'streaming')
    await lastAnswer.getByText('12, 13').waitFor()
    await person.context.setOffline(true)
    await person.context.setOffline(false)
    const text = await answered()
    const numbers = /1, 2, [\d, ]+/.exec(text)?.[0].split(', ').map(Number)
    assert.deepEqual(
      numbers,
      Array.from({ length: 40 }, (_, at) => at + 1),
    )
    await chat.scenario()
    await person.close()
  })

  test('an answer is regenerated and a question edited; each branch can be reached', async () => {
    const person = await chat.person()
    const { page } = person
    const { ask, answered, button, answers, questions, lastAnswer } = chatPage(page)
    await ask('「赤」とだけ言って')
    await answered()
    await button('再生成', lastAnswer).click()
    await lastAnswer.getByText('2 / 2').waitFor()
    await answered()
    await button('前の版', lastAnswer).click()
    await lastAnswer.getByText('1 / 2').waitFor()
    await button('編集', questions.first()).click()
    const edit = questions.first().locator('textarea')
    assert.equal(await edit.inputValue(), '「赤」とだけ言って')
    await edit.fill('「青」とだけ言って')
    // Refused the first time: what was written is still there, with the reason.
    await page.route('**/messages', (route) => route.abort(), { times: 1 })
    await edit.press('Enter')
    await page.getByText('質問は入力欄に戻しました').waitFor()
    assert.equal(await edit.inputValue(), '「青」とだけ言って')
    await edit.press('Enter')
    await questions.getByText('青').waitFor()
    await page.waitForFunction(() => document.querySelectorAll('article').length === 2)
    assert.match(await answered(), /青/)
    await button('前の版', questions.first()).click()
    await questions.getByText('赤').waitFor()
    assert.equal(await answers.count(), 1)
    await page.reload()
    assert.match(await answered(), /青/)
    await person.close()
  })

  test('files come by paste and drop, can be taken out again, and are there afterwards', async () => {
    const person = await chat.person()
    const { page } = person
    const { ask, answered, paste, drop, button, questions } = chatPage(page)
    await paste('image.png', 'image/png', PNG)
    const list = page.getByRole('list', { name: '送信するファイル' })
    await list.getByText('image.png').waitFor()
    await drop([
      { name: 'メモ.md', type: '', text: '# 港\n次回は四月三日。' },
      { name: 'a.exe', type: 'application/x-msdownload', text: 'MZ' },
    ])
    await list.getByText('メモ.md').waitFor()
    await page.getByText('「a.exe」は添付できない種類').waitFor()
    await button('image.png を外す').click()
    assert.equal(await list.getByRole('listitem').count(), 1)
    await ask('このメモを要約して')
    await page.waitForURL(/\/chatbot\/[0-9a-f-]{36}$/)
    await answered()
    const link = questions.getByRole('link', { name: /^メモ\.md/ })
    const file = await person.context.request.get(
      new URL((await link.getAttribute('href')) ?? '', chat.base).href,
    )
    assert.equal(file.status(), 200)
    assert.match(file.headers()['content-disposition'] ?? '', /^attachment/)
    assert.match(await file.text(), /四月三日/)
    await person.close()
  })

  test('Markdown of an answer does nothing by itself', async () => {
    const person = await chat.person()
    const { page } = person
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    const { id } = await longConversation(chat.server, person.userId, [['見せて', HOSTILE]])
    await page.goto(`${chat.base}/chatbot/${id}`)
    const { lastAnswer } = chatPage(page)
    await lastAnswer.locator('.katex-html').waitFor()
    await lastAnswer.locator('.hljs-keyword').waitFor()
    assert.equal(await lastAnswer.locator('img, script, iframe').count(), 0)
    assert.doesNotMatch(await page.title(), /owned/)
    const text = await lastAnswer.innerText()
    assert.match(text, /onerror=/, 'HTML is shown as text')
    assert.match(text, /読み込んでいません.*pictures\.example\/track\.png/)
    assert.match(text, /銀行 \(evil\.example\)/)
    const links = await lastAnswer
      .getByRole('link')
      .evaluateAll((all) =>
        all.map((a) => [a.getAttribute('href'), a.getAttribute('rel'), a.getAttribute('target')]),
      )
    assert.deepEqual(links, [
      ['https://evil.example/login', 'noopener noreferrer', '_blank'],
      ['https://docs.example/page', 'noopener noreferrer', '_blank'],
    ])
    const outside = asked.filter((url) => !url.startsWith(chat.base) && !url.startsWith('blob:'))
    assert.deepEqual(outside, [])
    assert.deepEqual(await page.evaluate('__violations'), [])
    await person.close()
  })

  test('a thousand messages scroll smoothly', async (t) => {
    const person = await chat.person()
    const { page } = person
    const { id } = await longConversation(chat.server, person.userId, turnsOf(500))
    const started = performance.now()
    await page.goto(`${chat.base}/chatbot/${id}`)
    const { lastAnswer, thread } = chatPage(page)
    await lastAnswer.locator('table').waitFor()
    const shownMs = performance.now() - started
    assert.match(await lastAnswer.innerText(), /Reply 500/)
    // Beside the same frames without scrolling: this machine may be busy with other tests.
    const still = await frameTimes(thread, 0)
    const moving = await frameTimes(thread, -120)
    t.diagnostic(
      `shown after ${shownMs.toFixed(0)} ms; frames still ${sayFrames(still)}, moving ${sayFrames(moving)}`,
    )
    assert.ok(shownMs < 8000, `shown after ${shownMs} ms`)
    assert.ok(moving.p50 < Math.max(34, still.p50 * 2), `${sayFrames(still)} ${sayFrames(moving)}`)
    assert.ok(moving.p95 < Math.max(100, still.p95 * 3), `${sayFrames(still)} ${sayFrames(moving)}`)
    // The text of what is not drawn yet can be found all the same.
    assert.ok(await page.evaluate(() => document.body.textContent?.includes('Question 1 ')))
    await person.close()
  })

  test('by keyboard alone: ask, go through the list, rename', async () => {
    const person = await chat.person({ locale: 'en' })
    const { page } = person
    const { answered, field } = chatPage(page)
    await field.waitFor()
    assert.ok(await field.evaluate((element) => element === document.activeElement))
    await page.keyboard.type('What is a harbour?')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/chatbot\/[0-9a-f-]{36}$/)
    await answered()
    assert.ok(await field.evaluate((element) => element === document.activeElement))
    await page.getByRole('link', { name: 'What is a harbour?' }).focus()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('menuitem', { name: 'Rename' }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowUp')
    await page.getByRole('menuitem', { name: 'Rename' }).focus()
    await page.keyboard.press('Enter')
    const title = page.getByRole('textbox', { name: 'Title', exact: true })
    await title.waitFor()
    await page.keyboard.press('Control+A')
    await page.keyboard.type('Harbours')
    await page.keyboard.press('Enter')
    const row = page.getByRole('navigation', { name: 'Conversations' }).getByText('Harbours')
    await row.waitFor()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.locator('[data-thread]').focus()
    await page.keyboard.press('/')
    await page.keyboard.type('harbour?')
    await page.waitForURL(/query=harbour/)
    await row.waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('j')
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'Harbours')
    await person.close()
  })

  test('a failed answer says why, with its code, and can be tried again', async () => {
    await chat.scenario('refusal')
    const person = await chat.person()
    const { ask, answered, button, lastAnswer } = chatPage(person.page)
    await ask('断られる質問')
    const text = await answered('failed')
    assert.match(text, /回答に失敗しました/)
    assert.match(text, /モデルが回答を拒否しました/)
    assert.match(text, /LLM_CONTENT_REFUSED/)
    await chat.scenario()
    await button('もう一度試す', lastAnswer).click()
    await answered()
    await person.close()
  })

  test('files are sent with their progress; one without text is said to be so', async () => {
    const person = await chat.person()
    const { page } = person
    const { field, answered, questions } = chatPage(page)
    const network = await person.context.newCDPSession(page)
    await network.send('Network.enable')
    await network.send('Network.emulateNetworkConditions', {
      ...{ offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 300_000 },
    })
    const buffer = blankPdf()
    const notes = Buffer.from('港のメモ\n'.repeat(40_000))
    await page.locator('input[type=file]').setInputFiles([
      { name: 'scan.pdf', mimeType: 'application/pdf', buffer },
      { name: 'notes.txt', mimeType: 'text/plain', buffer: notes },
      { name: 'green.png', mimeType: 'image/png', buffer: Buffer.from(PNG, 'base64') },
    ])
    await field.press('Enter')
    await page.getByText(/ファイルを送信しています: [1-9]\d? %/).waitFor()
    await answered()
    await questions.getByText('文字が見つかりませんでした').waitFor()
    await questions.getByText('1 ページ').waitFor()
    const picture = questions.locator('img')
    assert.equal(
      await picture.evaluate((img: HTMLImageElement) => img.decode().then(() => img.naturalWidth)),
      16,
    )
    await person.close()
  })

  test('a question that is refused comes back with its files and the reason', async () => {
    const person = await chat.person()
    const { page } = person
    const { field, ask, paste } = chatPage(page)
    await paste('broken.pdf', 'application/pdf', btoa('%PDF-1.7\nnothing more'))
    await ask('これは何の資料ですか')
    await page.getByText('質問は入力欄に戻しました').waitFor()
    assert.equal(await field.inputValue(), 'これは何の資料ですか')
    await page.getByRole('button', { name: 'broken.pdf を外す' }).waitFor()
    assert.match(page.url(), /\/chatbot$/)
    const left = await person.context.request.get(`${chat.base}/api/chatbot/conversations`)
    assert.deepEqual((await left.json()).items, [], 'no empty conversation stays behind')
    await person.close()
  })

  test('the list: archived with undo, deleted after being asked by name', async () => {
    const person = await chat.person()
    const { page } = person
    const { ask, answered, button } = chatPage(page)
    await ask('灯台について')
    await answered()
    const list = page.getByRole('navigation', { name: '会話' })
    const menu = button('「灯台について」の操作', list)
    await menu.click()
    await page.getByRole('menuitem', { name: 'アーカイブする' }).click()
    await list.getByText('会話を始めると、ここに並びます。').waitFor()
    await button('元に戻す').click()
    await list.getByRole('link', { name: '灯台について' }).waitFor()
    await menu.click()
    await page.getByRole('menuitem', { name: '削除' }).click()
    const dialog = page.getByRole('dialog', { name: '「灯台について」を削除しますか？' })
    await button('削除', dialog).click()
    await page.waitForURL(/\/chatbot$/)
    await list.getByText('会話を始めると、ここに並びます。').waitFor()
    await person.close()
  })

  test('a shortcut and a system prompt are made and used', async () => {
    const person = await chat.person({ path: '/chatbot/prompts' })
    const { page } = person
    const { field, ask, answered, button, makePrompt } = chatPage(page)
    await makePrompt('定型文を作る', '敬語に', '敬語に直してください。')
    await makePrompt('システムプロンプトを作る', '短く', '一文で答えてください。')
    await page.goto(`${chat.base}/chatbot`)
    await button('定型文').click()
    await page.getByRole('menuitem', { name: '敬語に' }).click()
    await page.waitForFunction(() => document.querySelector('textarea')?.value !== '')
    assert.equal(await field.inputValue(), '敬語に直してください。\n\n')
    await button(/^モデルと指示/).click()
    await page.getByLabel('システムプロンプト').selectOption({ label: '短く' })
    await page.keyboard.press('Escape')
    await button(/短く/).waitFor()
    await ask('お願い')
    await answered()
    // The conversation keeps the choice.
    await page.reload()
    await button(/^モデルと指示.*短く/).waitFor()
    await person.close()
  })

  test('the monthly limit warns first, then stops', async () => {
    const person = await chat.person()
    const { page } = person
    const { field, button } = chatPage(page)
    const usage = { inputTokens: 1, outputTokens: 1, costUsd: 17, capUsd: 20, capTokens: null }
    for (const ratio of [0.85, 1]) {
      await page.route('**/api/chatbot/usage', (route) =>
        route.fulfill({ json: { ...usage, ratio, warning: true } }),
      )
      await page.reload()
      await page
        .getByText(ratio < 1 ? '利用上限の 85% に達しています' : '今月の利用上限に達しました')
        .first()
        .waitFor()
      await field.fill('質問')
      assert.equal(await button('送信').isDisabled(), ratio >= 1)
    }
    await field.press('Enter')
    assert.match(page.url(), /\/chatbot$/)
    assert.equal(await field.inputValue(), '質問')
    await person.close()
  })

  test('on paper there is the whole conversation and nothing else', async () => {
    const person = await chat.person()
    const { page } = person
    const { id } = await longConversation(chat.server, person.userId, turnsOf(30))
    await page.goto(`${chat.base}/chatbot/${id}`)
    await chatPage(page).lastAnswer.locator('strong').waitFor()
    const { pages, text } = await textOfPdf(await page.pdf({ format: 'A4' }))
    assert.ok(pages > 3, `${pages} pages`)
    for (const at of [1, 15, 30]) assert.match(text, new RegExp(`Reply ${at} is bold`))
    assert.doesNotMatch(text, /再生成|定型文|\*\*/)
    await person.close()
  })

  test('on a phone the list opens over the page and nothing sticks out', async () => {
    const person = await chat.person({ width: 375 })
    const { page } = person
    const { ask, answered, button } = chatPage(page)
    await ask('表の例を示して')
    await answered()
    await page.locator('article table').waitFor()
    const wide = () => page.evaluate(() => document.documentElement.scrollWidth)
    assert.equal(await wide(), 375)
    await button('会話').first().click()
    const drawer = page.getByRole('dialog', { name: '会話' })
    await drawer.getByRole('link', { name: '表の例を示して' }).click()
    await drawer.waitFor({ state: 'hidden' })
    await person.close()
  })
})
