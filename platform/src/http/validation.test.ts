import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { z } from 'zod'
import { type HttpServer, httpServer } from './test/harness.ts'

const body = z.strictObject({
  title: z.string().min(1).max(10),
  count: z.number().int().min(1).max(99),
  email: z.email(),
  size: z.enum(['small', 'large']),
  tags: z.array(z.string()).max(2),
  zone: z.string().refine((text) => text === 'Asia/Tokyo', {
    message: 'must be a zone',
    params: { ja: 'タイムゾーンにしてください' },
  }),
  nested: z.object({ day: z.iso.date() }),
})

let server: HttpServer
before(async () => {
  server = await httpServer({
    routes(made) {
      const config = { permission: 'public', rate: 'none' } as const
      made.post('/orders', { config, bodyLimit: 4096, schema: { body } }, async () => ({}))
      const querystring = z.object({ limit: z.coerce.number().int().max(100).optional() })
      made.get('/orders', { config, schema: { querystring } }, async (request) => request.query)
      const params = z.object({ id: z.uuid() })
      made.get('/orders/:id', { config, schema: { params } }, async () => ({}))
    },
  })
})
after(() => server[Symbol.asyncDispose]())

type Problem = { code: string; errors: { path: string; code: string; message: string }[] }

async function order(payload: unknown, language: string): Promise<Problem> {
  const answer = await fetch(`${server.url}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'accept-language': language },
    body: JSON.stringify(payload),
  })
  assert.equal(answer.status, 422)
  return (await answer.json()) as Problem
}

const wrong = {
  title: '',
  count: 100,
  email: 'nobody',
  size: 'huge',
  tags: ['a', 'b', 'c'],
  zone: 'Mars',
  nested: { day: 'yesterday' },
  extra: 1,
}
const told = ({ errors }: Problem) => Object.fromEntries(errors.map((e) => [e.path, e.message]))

test('each wrong field is told in Japanese to who reads Japanese', async () => {
  const problem = await order(wrong, 'ja,en;q=0.5')
  assert.equal(problem.code, 'VALIDATION_FAILED')
  assert.deepEqual(told(problem), {
    title: '入力してください',
    count: '99 以下にしてください',
    email: 'メールアドレスの形式で入力してください',
    size: 'small、large のいずれかにしてください',
    tags: '2 件以内にしてください',
    zone: 'タイムゾーンにしてください',
    'nested.day': '2026-11-22 のような日付で指定してください',
    '': '未知の項目です: extra',
  })
})

test('and in English to everybody else', async () => {
  assert.deepEqual(told(await order(wrong, 'fr')), {
    title: 'must not be empty',
    count: 'must be 99 or less',
    email: 'must be an e-mail address',
    size: 'must be one of small, large',
    tags: 'must have at most 2 items',
    zone: 'must be a zone',
    'nested.day': 'must be a date such as 2026-11-22',
    '': 'unknown: extra',
  })
})

test('one request’s language is not another’s', async () => {
  const asked = Array.from({ length: 20 }, (_, n) => order({}, n % 2 === 0 ? 'ja' : 'en'))
  for (const [n, problem] of (await Promise.all(asked)).entries()) {
    const expected = n % 2 === 0 ? '必須です' : 'is required'
    assert.equal(problem.errors.find((e) => e.path === 'title')?.message, expected)
  }
})

test('wrong kinds name the kind; a query is checked like a body', async () => {
  const japanese = told(await order({ ...wrong, title: 5, count: 'x', tags: 'a' }, 'ja'))
  assert.equal(japanese['title'], '文字列で指定してください')
  assert.equal(japanese['count'], '数値で指定してください')
  assert.equal(japanese['tags'], '配列で指定してください')
  const answer = await fetch(`${server.url}/orders?limit=500`)
  assert.equal(answer.status, 422)
  assert.deepEqual(told((await answer.json()) as Problem), { limit: 'must be 100 or less' })
})

test('an id that cannot exist is answered like one that does not', async () => {
  assert.equal((await fetch(`${server.url}/orders/7`)).status, 404)
})
