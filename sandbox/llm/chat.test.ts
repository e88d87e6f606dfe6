import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import OpenAI from 'openai'
import { type Sandbox, startSandbox } from '../index.ts'

let sandbox: Sandbox
let client: OpenAI
before(async () => {
  sandbox = await startSandbox({ tokensPerSecond: 0, firstTokenMs: 0 })
  client = new OpenAI({ apiKey: 'sk-test', baseURL: sandbox.llmUrl, maxRetries: 0 })
})
after(() => sandbox.close())

const ask = (content: string, model = 'sandbox-main') =>
  client.chat.completions.create({ model, messages: [{ role: 'user', content }] })

test('answers in the language of the question and says that it is a sandbox', async () => {
  const japanese = await ask('港とは何ですか')
  assert.match(japanese.choices[0]?.message.content ?? '', /サンドボックス.*「港とは何ですか」/s)
  const english = await ask('What is a harbour?')
  assert.match(english.choices[0]?.message.content ?? '', /sandbox model sandbox-main.*harbour/s)
  assert.equal(english.choices[0]?.finish_reason, 'stop')
  assert.deepEqual(
    (await ask('What is a harbour?')).choices[0]?.message,
    english.choices[0]?.message,
    'the same question must give the same answer',
  )
})

test('a stream carries the same text, a finish reason and the usage asked for', async () => {
  const messages = [{ role: 'user' as const, content: '1から30まで数えてください' }]
  const whole = await client.chat.completions.create({ model: 'sandbox-main', messages })
  const stream = await client.chat.completions.create({
    model: 'sandbox-main',
    messages,
    stream: true,
    stream_options: { include_usage: true },
  })
  let text = ''
  let pieces = 0
  const finishes: string[] = []
  let usage: OpenAI.CompletionUsage | null | undefined
  for await (const chunk of stream) {
    const choice = chunk.choices[0]
    if (choice?.delta.content) pieces++
    text += choice?.delta.content ?? ''
    if (choice?.finish_reason) finishes.push(choice.finish_reason)
    usage = chunk.usage ?? usage
  }
  assert.equal(text, whole.choices[0]?.message.content)
  assert.deepEqual(finishes, ['stop'])
  assert.deepEqual(usage, whole.usage)
  assert.equal(pieces, usage?.completion_tokens)
})

test('max_tokens ends with length, a stop sequence ends before it', async () => {
  const messages = [{ role: 'user' as const, content: 'count from 1 to 50' }]
  const short = await client.chat.completions.create({
    model: 'sandbox-main',
    messages,
    max_tokens: 5,
  })
  assert.equal(short.choices[0]?.finish_reason, 'length')
  assert.equal(short.usage?.completion_tokens, 5)
  const stopped = await client.chat.completions.create({
    model: 'sandbox-main',
    messages,
    stop: ', 4',
  })
  assert.match(stopped.choices[0]?.message.content ?? '', /1, 2, 3$/)
})

test('quotes the nearest sentence of marked sources with its page', async () => {
  const source = [
    '<<<untrusted source id="1" kind="file" name="就業規則.pdf">>>',
    '[page 1]',
    '第1条 この規則は社員の就業に関する事項を定める。',
    '[page 2]',
    '年次有給休暇は入社6か月後に10日を与える。育児休業は別に定める。',
    '[page 3]',
    '賃金は毎月25日に支払う。',
    '<<<end>>>',
  ].join('\n')
  const content = [
    { type: 'text' as const, text: source },
    { type: 'text' as const, text: '有給休暇は何日もらえますか' },
  ]
  const reply = await client.chat.completions.create({
    model: 'sandbox-main',
    messages: [{ role: 'user', content }],
  })
  assert.match(
    reply.choices[0]?.message.content ?? '',
    /「年次有給休暇は入社6か月後に10日を与える。」\(就業規則\.pdf, 2ページ\)/,
  )
})

test('remembers what this conversation said and nothing else', async () => {
  const messages: OpenAI.ChatCompletionMessageParam[] = [
    { role: 'user', content: '私の名前は佐藤です。合言葉は青い灯台です。' },
    { role: 'assistant', content: 'わかりました。' },
    { role: 'user', content: '合言葉は何ですか?' },
  ]
  const reply = await client.chat.completions.create({ model: 'sandbox-main', messages })
  assert.match(reply.choices[0]?.message.content ?? '', /青い灯台/)
  const other = await ask('私の名前は何ですか')
  assert.doesNotMatch(other.choices[0]?.message.content ?? '', /佐藤/)
  assert.match(other.choices[0]?.message.content ?? '', /まだ.*伺っていません/)
  const before = await client.chat.completions.create({
    model: 'sandbox-main',
    messages: [...messages.slice(0, 2), { role: 'user', content: '前に何と言いましたか' }],
  })
  assert.match(before.choices[0]?.message.content ?? '', /私の名前は佐藤です/)
})

test('keeps to what was said before in any words, and writes at length when asked', async () => {
  const reply = await client.chat.completions.create({
    model: 'sandbox-main',
    messages: [
      { role: 'user', content: 'Remember the number 4711.' },
      { role: 'assistant', content: 'Yes.' },
      { role: 'user', content: 'I like tea.' },
      { role: 'assistant', content: 'Good.' },
      { role: 'user', content: 'Which number did I mention?' },
    ],
  })
  assert.match(reply.choices[0]?.message.content ?? '', /4711/)
  assert.ok(((await ask('長い文章を書いてください')).usage?.completion_tokens ?? 0) > 400)
})

test('reads sources in the tags of the guard, and radicals of PDF fonts as characters', async () => {
  const tag = 'untrusted-0123456789abcdef0123456789abcdef'
  const source = `<${tag} source="upload" name="規則.pdf" id="c1">\n[page 4]\n休暇は⼗⽇を与える。\n</${tag}>`
  const reply = await client.chat.completions.create({
    model: 'sandbox-main',
    messages: [
      { role: 'user', content: [source, '休暇は?'].map((text) => ({ type: 'text', text })) },
    ],
  })
  assert.match(
    reply.choices[0]?.message.content ?? '',
    /「休暇は十日を与える。」\(規則\.pdf, 4ページ\)/,
  )
})
