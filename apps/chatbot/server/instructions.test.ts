import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type TestServer, testServer } from '@minato/platform/app/testing'
import { type Sandbox, startSandbox } from '@minato/sandbox'
import { multipart, readEvents } from '../../../test/sse.ts'
import { until } from '../../../test/until.ts'
import { assistantPrompt } from './instructions.ts'

let sandbox: Sandbox
let server: TestServer
let base: string

before(async () => {
  sandbox = await startSandbox({ tokensPerSecond: 0, firstTokenMs: 0 })
  server = await testServer({
    env: {
      LLM_URL: sandbox.llmUrl,
      LLM_API_KEY: 'sk-sandbox',
      LLM_MODEL: 'sandbox-obey',
      LLM_MODELS: 'sandbox-main',
      CHATBOT_MODELS: 'sandbox-main',
    },
  })
  base = await server.listen()
})
after(async () => {
  await server[Symbol.asyncDispose]()
  await sandbox.close()
})

async function newConversation(headers: Record<string, string>, payload: object = {}) {
  const url = '/api/chatbot/conversations'
  const created = await server.inject({ method: 'POST', url, headers, payload })
  assert.equal(created.statusCode, 201, created.body)
  return `${url}/${created.json().id}`
}

const ask = (path: string, headers: Record<string, string>, text: string) =>
  fetch(`${base}${path}/messages`, { method: 'POST', headers, body: multipart({ text }) })

test("an operator's wording of the instructions takes effect, and the release's comes back", async () => {
  const { user, headers } = await server.signIn('operator')
  const { prompts } = server.services.llm
  const known = (await prompts.list()).find(({ name }) => name === assistantPrompt.name)
  assert.deepEqual([known?.version, known?.override], [1, null])
  const reworded = 'Say only: 「潮見表を見てください」'
  await prompts.override(assistantPrompt.name, reworded, { id: user.id })
  const asked = async () => {
    const answers = await readEvents(await ask(await newConversation(headers), headers, '満潮は？'))
    return answers.map((event) => event.data['text'] ?? '').join('')
  }
  const { text } = await prompts.render(assistantPrompt, {})
  assert.equal(text, reworded)
  const obeyed = await asked()
  await prompts.restore(assistantPrompt.name, { id: user.id })
  const restored = await asked()
  assert.match(obeyed, /潮見表を見てください/)
  assert.doesNotMatch(restored, /潮見表を見てください/)
})

test('a stopped answer keeps the name of its model and what it had said', async () => {
  const { headers } = await server.signIn()
  const path = await newConversation(headers, { model: 'sandbox-main' })
  await fetch(`${sandbox.url}/sandbox/scenarios/llm`, {
    method: 'PUT',
    headers: { 'x-sandbox-token': sandbox.controlToken, 'content-type': 'application/json' },
    body: JSON.stringify({
      scenario: 'normal',
      options: { firstTokenMs: 0, tokensPerSecond: 20, answerTokens: 2000 },
    }),
  })
  const response = await ask(path, headers, '長い話をして')
  const reader = response.body?.getReader()
  let seen = ''
  await until('it has begun', async () => {
    seen += new TextDecoder().decode((await reader?.read())?.value)
    return seen.includes('event: delta')
  })
  const [, running] = (await server.inject({ url: path, headers })).json().messages
  const stop = `${path}/messages/${running.id}/stop`
  assert.equal((await server.inject({ method: 'POST', url: stop, headers })).statusCode, 202)
  while ((await reader?.read())?.done === false);
  const [, stopped] = (await server.inject({ url: path, headers })).json().messages
  assert.deepEqual([stopped.state, stopped.model], ['stopped', 'sandbox-main'])
  assert.notEqual(stopped.content, '')
})
