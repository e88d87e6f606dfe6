import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { testDatabase } from '../data/testing.ts'
import type { CacheDoor } from './deterministic-cache.ts'
import { completion, json, scriptedModel, testLlm } from './testing.ts'

let t: Awaited<ReturnType<typeof testDatabase>>
before(async () => {
  t = await testDatabase({ apps: [] })
})
after(() => t[Symbol.asyncDispose]())

/** The namespace's contract in a Map; the real one has its own tests. */
function mapCache() {
  const kept = new Map<string, string>()
  const options: unknown[] = []
  const cache: CacheDoor = {
    namespace: () => ({
      get: async <T>(key: string) => {
        const text = kept.get(key)
        return text === undefined ? undefined : (JSON.parse(text) as T)
      },
      set: async (key, value, given) => {
        options.push(given)
        kept.set(key, JSON.stringify(value))
      },
    }),
  }
  return { cache, kept, options }
}

const request = { messages: [{ role: 'user' as const, content: 'hi' }], temperature: 0 }
const call = { userId: 'u1', app: 'a', purpose: 'p', cache: { ttlMs: 1000 } }

async function askTwice(first: [object?, object?], second: [object?, object?]) {
  await using model = await scriptedModel((_, response) => json(response, 200, completion('ok')))
  const { cache, kept, options } = mapCache()
  await using llm = testLlm({ db: t.db, url: model.url, cache })
  await llm.chat({ ...request, ...first[0] }, { ...call, ...first[1] })
  const result = await llm.chat({ ...request, ...second[0] }, { ...call, ...second[1] })
  return { asked: model.asked.length, result, kept, options }
}

test('the same deterministic question is asked once; the second answer is free', async () => {
  const { asked, result, kept, options } = await askTwice([], [])
  assert.equal(asked, 1)
  assert.equal(result.text, 'ok')
  assert.deepEqual([result.cached, result.usage.costUsd], [true, 0])
  assert.deepEqual(options, [{ ttlMs: 1000, encrypted: true }])
  assert.doesNotMatch([...kept.keys()].join(), /hi/)
})

test('not cached: other words, another user, any temperature, no wish of the caller', async () => {
  const other = { messages: [{ role: 'user', content: 'ho' }] }
  assert.equal((await askTwice([], [other])).asked, 2)
  assert.equal((await askTwice([], [{}, { userId: 'u2' }])).asked, 2)
  assert.equal((await askTwice([{ temperature: 0.1 }], [{ temperature: 0.1 }])).asked, 2)
  const unasked = { cache: undefined }
  assert.equal((await askTwice([{}, unasked], [{}, unasked])).asked, 2)
})

test('a cached answer can be streamed', async () => {
  await using model = await scriptedModel((_, response) => json(response, 200, completion('ok')))
  await using llm = testLlm({ db: t.db, url: model.url, cache: mapCache().cache })
  await llm.chat(request, call)
  const types: string[] = []
  for await (const event of llm.stream(request, call)) types.push(event.type)
  assert.deepEqual(types, ['delta', 'usage', 'done'])
  assert.equal(model.asked.length, 1)
})
