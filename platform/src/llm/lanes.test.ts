import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { testDatabase } from '../data/testing.ts'
import { completion, json, scriptedModel, testLlm } from './testing.ts'

const call = { userId: 'u1', app: 'test', purpose: 'answer' }
const messages = [{ role: 'user' as const, content: 'hi' }]
const actor = { id: 'op-1', email: 'op@example.com' }

let t: Awaited<ReturnType<typeof testDatabase>>
before(async () => {
  t = await testDatabase({ apps: [] })
})
after(() => t[Symbol.asyncDispose]())

async function setup(config = {}) {
  const stack = new AsyncDisposableStack()
  await sql`delete from minato.llm_lanes`.execute(t.db)
  const model = stack.use(
    await scriptedModel((_, response) => json(response, 200, completion('ok'))),
  )
  const audited: { action: string; target: string; metadata?: unknown }[] = []
  const audit = { record: async (entry: (typeof audited)[number]) => void audited.push(entry) }
  const llm = stack.use(testLlm({ db: t.db, url: model.url, config, audit }))
  return { model, llm, audited, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

test('lanes come from the configuration until an operator says otherwise', async () => {
  await using s = await setup({ laneLite: 'small', model: 'big' })
  const lanes = await s.llm.lanes.list()
  assert.deepEqual(
    lanes.map(({ lane, model, source }) => [lane, model, source]),
    [
      ['lite', 'small', 'configuration'],
      ['main', 'big', 'configuration'],
      ['pro', 'big', 'configuration'],
    ],
  )
})

test('an operator changes a lane: the next call uses it, the audit log has before and after', async () => {
  await using s = await setup({ model: 'big' })
  await s.llm.lanes.set('main', { model: 'other', fallback: 'big', files: true }, actor)
  const result = await s.llm.chat({ messages, lane: 'main' }, call)
  assert.equal(result.model, 'other')
  assert.equal(s.model.asked[0]?.body.model, 'other')
  assert.deepEqual(s.audited[0], {
    actorId: 'op-1',
    actorEmail: 'op@example.com',
    ip: undefined,
    requestId: undefined,
    action: 'llm.lane.set',
    target: 'lane:main',
    metadata: {
      before: { model: 'big', fallback: null, files: false },
      after: { model: 'other', fallback: 'big', files: true },
    },
  })
  await s.llm.lanes.set('main', null, actor)
  assert.equal((await s.llm.chat({ messages }, call)).model, 'big')
})

test('a model that nobody offers is refused before anything is sent', async () => {
  await using s = await setup({ model: 'big', models: ['extra'] })
  await assert.rejects(s.llm.chat({ messages, model: 'stolen' }, call), {
    code: 'LLM_MODEL_UNKNOWN',
  })
  assert.equal(s.model.asked.length, 0)
  assert.equal((await s.llm.chat({ messages, model: 'extra' }, call)).model, 'extra')
  assert.deepEqual(
    (await s.llm.models()).map(({ id, lanes }) => [id, lanes]),
    [
      ['big', ['lite', 'main', 'pro']],
      ['extra', []],
    ],
  )
})

test('files go only to models that take them, and callers can ask beforehand', async () => {
  await using s = await setup({ model: 'sandbox-main', models: ['plain'] })
  const file = {
    type: 'file' as const,
    name: '見積.pdf',
    contentType: 'application/pdf',
    data: Buffer.from('%PDF-1.7'),
  }
  const withFile = [{ role: 'user' as const, content: [file] }]
  assert.equal((await s.llm.capabilities({ lane: 'main' })).files, true)
  assert.equal((await s.llm.capabilities({ model: 'plain' })).files, false)
  await s.llm.chat({ messages: withFile }, call)
  assert.deepEqual(s.model.asked[0]?.body.messages, [
    {
      role: 'user',
      content: [
        {
          type: 'file',
          file: { filename: '見積.pdf', file_data: 'data:application/pdf;base64,JVBERi0xLjc=' },
        },
      ],
    },
  ])
  await assert.rejects(s.llm.chat({ messages: withFile, model: 'plain' }, call), {
    code: 'LLM_INPUT_UNSUPPORTED',
  })
})

test('without LLM_MODEL or LLM_URL the operator is told which variable to set', async () => {
  await using s = await setup({ model: undefined })
  await assert.rejects(s.llm.chat({ messages }, call), /LLM_MODEL/)
  await using away = await setup({ url: undefined })
  await assert.rejects(away.llm.chat({ messages }, call), /LLM_URL/)
})

test('caps of single users are set, listed, audited and hold at once', async () => {
  await using s = await setup()
  await s.llm.caps.set('u-capped', { usd: 'none', tokens: 10 }, actor)
  await assert.rejects(s.llm.chat({ messages }, { ...call, userId: 'u-capped' }), {
    code: 'LLM_OVER_BUDGET',
  })
  assert.deepEqual(
    (await s.llm.caps.list()).map(({ userId, usd, tokens }) => ({ userId, usd, tokens })),
    [{ userId: 'u-capped', usd: 'none', tokens: 10 }],
  )
  await s.llm.caps.set('u-capped', null, actor)
  await s.llm.chat({ messages }, { ...call, userId: 'u-capped' })
  assert.deepEqual(
    s.audited.map(({ action }) => action),
    ['llm.cap.set', 'llm.cap.reset'],
  )
})
