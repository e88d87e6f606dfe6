import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Locator } from 'playwright-core'
import { chromiumPath } from '../../../../web/test/chromium.ts'
import { type ChatBrowser, startChat } from './chat-browser.ts'
import { chatPage, PNG } from './chat-page.ts'
import { longConversation } from './long-conversation.ts'

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
    const { field, answered, questions } = chatPage(page)
    await field.click()
    const input = await person.context.newCDPSession(page)
    await input.send('Input.imeSetComposition', {
      ...{ text: 'みなとはなんですか', selectionStart: 9, selectionEnd: 9 },
    })
    const enter = { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 229 }
    await input.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...enter })
    await input.send('Input.insertText', { text: '港とは何ですか？' })
    await input.send('Input.dispatchKeyEvent', { type: 'keyUp', ...enter })
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

  test('an answer goes on after a reload, in the middle of its text', async () => {
    await chat.scenario('slow', { firstTokenMs: 50, tokensPerSecond: 25 })
    const person = await chat.person()
    const { page } = person
    const { ask, answered, lastAnswer } = chatPage(page)
    await ask('1から60まで数えてください')
    await lastAnswer.getByText('5, 6').waitFor()
    await page.reload()
    await lastAnswer.waitFor()
    assert.equal(await lastAnswer.getAttribute('data-state'), 'streaming')
    const text = await answered()
    const numbers = /1, 2, [\d, ]+/.exec(text)?.[0].split(', ').map(Number)
    assert.deepEqual(
      numbers,
      Array.from({ length: 60 }, (_, at) => at + 1),
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
    await edit.press('Enter')
    await questions.getByText('青').waitFor()
    await page.waitForFunction(() => document.querySelectorAll('article').length === 2)
    assert.match(await answered(), /青/)
    await button('前の版', questions.first()).click()
    await questions.getByText('赤').waitFor()
    assert.equal(await answers.count(), 1)
    // Reloaded, the branch that was written last is there.
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
    const link = questions.getByRole('link', { name: 'メモ.md をダウンロード' })
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
    const { id } = await longConversation(chat.server, person.userId, [
      [
        '見せて',
        [
          '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>',
          '![図](https://pictures.example/track.png)',
          '[銀行](https://evil.example/login) [押して](javascript:alert(1)) [中](/api/auth/sign-out)',
          '<https://docs.example/page>',
          '```ts\nconst a: number = 1\n```',
          '|表|\n|---|\n|値|',
          '$$x^2$$',
        ].join('\n\n'),
      ],
    ])
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
    const turns = Array.from({ length: 500 }, (_, at): [string, string] => [
      `質問 ${at + 1}: 表とコードを見せてください`,
      `回答 ${at + 1}\n\n- 一つ\n- 二つ **太字**\n\n| 項目 | 値 |\n|---|---|\n| a | ${at} |\n\n\`\`\`ts\nexport const n = ${at}\n\`\`\`\n\n${'港の仕事は朝が早い。'.repeat(12)}`,
    ])
    const { id } = await longConversation(chat.server, person.userId, turns)
    const started = performance.now()
    await page.goto(`${chat.base}/chatbot/${id}`)
    const { lastAnswer, thread } = chatPage(page)
    await lastAnswer.locator('table').waitFor()
    const shownMs = performance.now() - started
    assert.match(await lastAnswer.innerText(), /回答 500/)
    assert.ok(await lastAnswer.isVisible())
    // Beside the same frames without scrolling: this machine may be busy with other tests.
    const still = await frameTimes(thread, 0)
    const moving = await frameTimes(thread, -120)
    t.diagnostic(
      `shown after ${shownMs.toFixed(0)} ms; frames still ${say(still)}, moving ${say(moving)}`,
    )
    assert.ok(shownMs < 8000, `shown after ${shownMs} ms`)
    assert.ok(moving.p50 < Math.max(34, still.p50 * 2), `${say(still)} ${say(moving)}`)
    assert.ok(moving.p95 < Math.max(80, still.p95 * 3), `${say(still)} ${say(moving)}`)
    // The text of what is not drawn yet can be found all the same.
    assert.ok(await page.evaluate(() => document.body.textContent?.includes('質問 1: 表')))
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
})

type Frames = { p50: number; p95: number; max: number }

const say = ({ p50, p95, max }: Frames) =>
  `p50 ${p50.toFixed(1)} p95 ${p95.toFixed(1)} max ${max.toFixed(1)} ms`

/** How long frames take while the thread is scrolled by so many pixels in each. */
async function frameTimes(thread: Locator, step: number): Promise<Frames> {
  const times = await thread.evaluate(async (element, by) => {
    const all: number[] = []
    let last = performance.now()
    for (let at = 0; at < 200; at += 1) {
      element.scrollTop += by
      await new Promise(requestAnimationFrame)
      const now = performance.now()
      all.push(now - last)
      last = now
    }
    return all.sort((a, b) => a - b)
  }, step)
  return { p50: times[100] ?? 0, p95: times[190] ?? 0, max: times.at(-1) ?? 0 }
}
