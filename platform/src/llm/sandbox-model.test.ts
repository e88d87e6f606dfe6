import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { z } from 'zod'
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts'
import { testDatabase } from '../data/testing.ts'
import { testLlm } from './testing.ts'
import type { ChatRequest } from './types.ts'

let t: Awaited<ReturnType<typeof testDatabase>>
let sandbox: Sandbox
before(async () => {
  ;[t, sandbox] = await Promise.all([
    testDatabase({ apps: [] }),
    startSandbox({ tokensPerSecond: 0, firstTokenMs: 0 }),
  ])
})
after(async () => {
  await sandbox.close()
  await t[Symbol.asyncDispose]()
})

const call = { userId: 'u1', app: 'test', purpose: 'answer' }
const ask = (content: string): ChatRequest => ({ messages: [{ role: 'user', content }] })
const open = (config = {}) => testLlm({ db: t.db, url: sandbox.llmUrl, config })

async function scenario(name: string): Promise<void> {
  const response = await fetch(`${sandbox.url}/sandbox/scenarios/llm`, {
    method: 'PUT',
    headers: { 'x-sandbox-token': sandbox.controlToken, 'content-type': 'application/json' },
    body: JSON.stringify({ scenario: name }),
  })
  assert.equal(response.status, 200, await response.text())
}

test('a stream and a whole answer say the same, at the same price', async () => {
  await using llm = open()
  const whole = await llm.chat(ask('港とは何ですか'), call)
  let text = ''
  for await (const event of llm.stream(ask('港とは何ですか'), call)) {
    if (event.type === 'delta') text += event.text
    if (event.type === 'usage') {
      assert.ok(event.costUsd > 0 && event.priceKnown && !event.estimated)
      assert.equal(event.outputTokens, whole.usage.outputTokens)
    }
  }
  assert.match(text, /サンドボックス/)
  assert.equal(text, whole.text)
})

test('structured output follows a schema', async () => {
  await using llm = open()
  const schema = z.object({ title: z.string(), tags: z.array(z.enum(['a', 'b'])), count: z.int() })
  const value = await llm.object(schema, ask('Describe a harbour.'), call)
  assert.equal(typeof value.title, 'string')
})

test('a file reaches the model with its name and its bytes', async () => {
  await using llm = open()
  const data = Buffer.from('一行目\n二行目\n')
  const { text } = await llm.chat(
    {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'file', name: 'メモ.txt', contentType: 'text/plain', data },
            { type: 'text', text: 'このファイルは何ですか' },
          ],
        },
      ],
    },
    call,
  )
  assert.match(text, /メモ\.txt/)
  assert.match(text, new RegExp(`${data.length}`))
})

test('embeddings of equal texts are equal', async () => {
  await using llm = open()
  const [a, b, c] = await llm.embed(['港', '港', 'mountain'], call)
  assert.deepEqual(a, b)
  assert.notDeepEqual(a, c)
})

test('the probe is content with the sandbox', async () => {
  await using llm = open()
  const { accepted, modelExists, quotaLeft } = await llm.probe()
  assert.deepEqual([accepted, modelExists, quotaLeft], [true, true, true])
})

const scenarios: [string, string][] = [
  ['rate-limit', 'LLM_RATE_LIMITED'],
  ['error-500', 'LLM_UNAVAILABLE'],
  ['overloaded', 'LLM_UNAVAILABLE'],
  ['cut-stream', 'LLM_STREAM_CUT'],
  ['garbage', 'LLM_BAD_ANSWER'],
]
for (const [name, code] of scenarios) {
  test(`scenario ${name}: ${code}, and well again afterwards`, async () => {
    await using llm = open()
    await scenario(name)
    try {
      await assert.rejects(
        async () => {
          for await (const _ of llm.stream(ask('一から十まで数えてください'), call));
        },
        { code },
      )
    } finally {
      await scenario('normal')
    }
    assert.ok((await llm.chat(ask('hi'), call)).text.length > 0)
  })
}
