import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { z } from 'zod'
import { testDatabase } from '../../data/testing.ts'
import { completion, json, scriptedModel, testLlm } from '../testing.ts'
import { definePrompt } from './define-prompt.ts'

const title = definePrompt({
  name: 'chatbot.title',
  version: 2,
  template: 'Write a title for:\n{{question}}',
  schema: z.object({ question: z.string() }),
  evaluation: [
    { input: { question: '出荷の手順は？' }, expect: /出荷/ },
    { input: { question: '天気' }, expect: ['天気', '予報'] },
  ],
})
const actor = { id: 'op-1' }

let t: Awaited<ReturnType<typeof testDatabase>>
before(async () => {
  t = await testDatabase({ apps: [] })
})
after(() => t[Symbol.asyncDispose]())

async function setup() {
  const stack = new AsyncDisposableStack()
  await sql`delete from minato.prompt_overrides`.execute(t.db)
  const model = stack.use(
    await scriptedModel((asked, response) => {
      const [message] = asked.body.messages as { content: string }[]
      json(response, 200, completion(message?.content ?? ''))
    }),
  )
  const audited: string[] = []
  const audit = { record: async ({ action }: { action: string }) => void audited.push(action) }
  const llm = stack.use(testLlm({ db: t.db, url: model.url, audit }))
  const second = stack.use(testLlm({ db: t.db, url: model.url, audit }))
  llm.prompts.register(title)
  second.prompts.register(title)
  return { llm, second, audited, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

test('a prompt is rendered with its inputs, which are never read as template', async () => {
  await using s = await setup()
  const { text, version, overridden } = await s.llm.prompts.render(title, {
    question: 'what is {{question}}?',
  })
  assert.equal(text, 'Write a title for:\nwhat is {{question}}?')
  assert.deepEqual([version, overridden], [2, false])
  await assert.rejects(s.llm.prompts.render(title, { question: 7 } as never), z.ZodError)
})

test('an operator rewords a prompt: who, when and what changed are kept; restoring is recorded', async () => {
  await using s = await setup()
  await s.llm.prompts.override('chatbot.title', 'Title, short:\n{{question}}', actor)
  await s.llm.prompts.override('chatbot.title', 'Title, shorter:\n{{question}}', actor)
  assert.equal((await s.llm.prompts.render(title, { question: 'x' })).text, 'Title, shorter:\nx')
  const [setting] = await s.second.prompts.list()
  assert.equal(setting?.override?.diff, '- Title, short:\n+ Title, shorter:\n  {{question}}')
  assert.equal(setting?.override?.outdated, false)
  const restored = await s.llm.prompts.restore('chatbot.title', actor)
  assert.equal(restored.template, title.template)
  const history = await s.second.prompts.history('chatbot.title')
  assert.deepEqual(
    history.map(({ by, withdrawnBy }) => [by, withdrawnBy]),
    [
      ['op-1', 'op-1'],
      ['op-1', 'op-1'],
    ],
  )
  assert.deepEqual(s.audited, ['llm.prompt.override', 'llm.prompt.override', 'llm.prompt.restore'])
})

test('a wording with an unknown input, or none at all, is refused with what is offered', async () => {
  await using s = await setup()
  await assert.rejects(s.llm.prompts.override('chatbot.title', 'For {{user}}', actor), {
    code: 'PROMPT_TEMPLATE_WRONG',
    message: /\{\{question\}\}/,
  })
  await assert.rejects(s.llm.prompts.override('chatbot.title', '  ', actor), {
    code: 'PROMPT_TEMPLATE_WRONG',
  })
  await assert.rejects(s.llm.prompts.override('nobody.knows', 'x', actor), {
    code: 'PROMPT_UNKNOWN',
  })
})

test('the evaluation set runs against a lane, in the wording that holds', async () => {
  await using s = await setup()
  const evaluation = await s.llm.prompts.evaluate('chatbot.title', { lane: 'lite', actor })
  assert.deepEqual([evaluation.passed, evaluation.total], [1, 2])
  assert.equal(evaluation.cases[1]?.passed, false)
  assert.equal(evaluation.cases[1]?.expected, '天気 + 予報')
  await s.llm.prompts.override('chatbot.title', '予報: {{question}}', actor)
  const better = await s.llm.prompts.evaluate('chatbot.title', { lane: 'lite', actor })
  assert.equal(better.passed, 2)
})

test('a prompt whose template and schema do not fit does not start', () => {
  assert.throws(
    () => definePrompt({ ...title, template: '{{other}}' }),
    /\{\{other\}\} is no input. Inputs: \{\{question\}\}/,
  )
  assert.throws(() => definePrompt({ ...title, name: 'Title' }), /<app>\.<purpose>/)
})
