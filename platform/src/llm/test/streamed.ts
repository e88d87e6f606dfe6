import type { ServerResponse } from 'node:http'
import { after, before } from 'node:test'
import { type TestDatabase, testDatabase } from '../../data/testing.ts'
import { isLlmError } from '../errors.ts'
import { scriptedModel, testLlm } from '../testing.ts'
import type { ChatEvent, ChatRequest } from '../types.ts'

export const ask: ChatRequest = { messages: [{ role: 'user', content: 'こんにちは' }] }
export const call = { userId: 'u1', app: 'test', purpose: 'answer' }

export type Script = Parameters<typeof scriptedModel>[0]

/** What came of a stream: its events, and the text they make. */
export async function gather(events: AsyncIterable<ChatEvent>) {
  const all: ChatEvent[] = []
  for await (const event of events) all.push(event)
  return { all, text: textOf(all) }
}

function textOf(all: readonly ChatEvent[]): string {
  return all.map((event) => (event.type === 'delta' ? event.text : '')).join('')
}

/** An answer that is written as it stands. */
export function raw(response: ServerResponse, text: string | string[], type = 'text/event-stream') {
  response.writeHead(200, { 'content-type': type })
  for (const piece of Array.isArray(text) ? text : [text]) response.write(piece)
  response.end()
}

/** A database for the tests of a file, and questions on it. */
export function streamTests() {
  let opened: TestDatabase | undefined
  before(async () => {
    opened = await testDatabase({ apps: [] })
  })
  after(async () => await opened?.[Symbol.asyncDispose]())
  const db = () => {
    if (opened === undefined) throw new Error('Ask for the database inside of a test.')
    return opened.db
  }
  /** Runs one streamed question against a script; gives what came and what was thrown. */
  const streamed = async (script: Script, config = {}, request = ask) => {
    await using model = await scriptedModel(script)
    await using llm = testLlm({ db: db(), url: model.url, config })
    const all: ChatEvent[] = []
    let error: unknown
    try {
      for await (const event of llm.stream(request, call)) all.push(event)
    } catch (thrown) {
      error = thrown
    }
    const code = isLlmError(error) ? error.code : error
    return { all, text: textOf(all), code, error, asked: model.asked }
  }
  return { db, streamed }
}
