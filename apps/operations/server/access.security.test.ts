import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type OperationsServer, operationsServer } from './testing.ts'

let operations: OperationsServer

before(async () => {
  operations = await operationsServer()
})
after(async () => {
  await operations[Symbol.asyncDispose]()
})

const ID = '00000000-0000-4000-8000-000000000000'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
const routes: [Method, string, object?][] = [
  ['GET', '/users'],
  ['GET', `/users/${ID}`],
  ['PATCH', `/users/${ID}`, { roles: ['user'] }],
  ['POST', `/users/${ID}/disable`],
  ['POST', `/users/${ID}/enable`],
  ['POST', `/users/${ID}/unlock`],
  ['POST', `/users/${ID}/reset-two-factor`],
  ['POST', `/users/${ID}/revoke-sessions`],
  ['DELETE', `/users/${ID}/keys/${ID}`],
  ['GET', '/roles'],
  ['PUT', '/roles/user/permissions/operations.view', { granted: true }],
  ['GET', '/audit'],
  ['GET', '/audit.csv'],
  ['GET', '/mail/outbox'],
  ['GET', '/mail/suppressions'],
  ['POST', '/mail/suppressions', { address: 'a@example.com' }],
  ['DELETE', '/mail/suppressions/a@example.com'],
  ['GET', '/sandbox'],
  ['GET', '/sandbox/requests'],
  ['GET', '/sandbox/mail'],
  ['GET', '/sandbox/mail/x'],
  ['GET', '/sandbox/mail/x/attachments/0'],
  ['DELETE', '/sandbox/mail'],
  ['PUT', '/sandbox/scenarios/llm', { scenario: 'slow' }],
  ['POST', '/sandbox/reset'],
  ['GET', '/llm/usage'],
  ['GET', '/llm/ledger'],
  ['GET', '/llm/lanes'],
  ['PUT', '/llm/lanes/lite', { model: 'sandbox-main' }],
  ['DELETE', '/llm/lanes/lite'],
  ['GET', '/llm/models'],
  ['GET', '/llm/notices'],
  ['POST', '/llm/probe'],
  ['GET', '/llm/caps'],
  ['GET', `/llm/caps/${ID}`],
  ['PUT', `/llm/caps/${ID}`, { usd: 1 }],
  ['DELETE', `/llm/caps/${ID}`],
  ['GET', '/llm/prompts'],
  ['GET', '/llm/prompts/chatbot.title/history'],
  ['PUT', '/llm/prompts/chatbot.title', { template: 'x' }],
  ['DELETE', '/llm/prompts/chatbot.title'],
  ['POST', '/llm/prompts/chatbot.title/evaluate', {}],
  ['GET', '/errors'],
  ['POST', `/errors/${'0'.repeat(64)}/resolve`],
  ['GET', '/jobs'],
  ['GET', '/jobs/names'],
  ['GET', `/jobs/${ID}/log`],
  ['GET', '/jobs/throughput'],
  ['GET', '/jobs/workers'],
  ['POST', '/jobs/retry-failed', { name: 'trial.none' }],
  ['DELETE', `/jobs/${ID}`],
  ['GET', '/schedules'],
  ['POST', '/schedules/trial.none/pause'],
  ['POST', '/schedules/trial.none/resume'],
  ['POST', '/schedules/trial.none/run'],
  ['GET', '/realtime/connections'],
  ['GET', '/log-level'],
  ['PUT', '/log-level', { level: 'debug' }],
  ['GET', '/backups'],
  ['POST', '/backups', {}],
  ['GET', '/drills'],
  ['POST', '/drills', {}],
  ['GET', `/drills/${ID}`],
  ['GET', '/deploys'],
  ['GET', `/deploys/${ID}`],
  ['GET', '/processes'],
  ['GET', '/metrics/history'],
  ['GET', '/readiness'],
  ['POST', '/readiness', {}],
  ['GET', `/readiness/${ID}`],
]

test('no route of the app is missing here', () => {
  const missing = operations.routes.filter((route) => {
    const pattern = new RegExp(`^${route.replace(/:\w+/g, '[^/]+').replaceAll('.', '\\.')}$`)
    return !routes.some(([method, path]) => pattern.test(`${method} /api/operations${path}`))
  })
  assert.ok(operations.routes.length > 40)
  assert.deepEqual(missing, [])
})

test('nobody without a session gets an answer', async () => {
  for (const [method, path, payload] of routes) {
    const answer = await operations.server.inject({
      method,
      url: `/api/operations${path}`,
      ...(payload === undefined ? {} : { payload }),
    })
    assert.equal(answer.statusCode, 401, `${method} ${path}: ${answer.body}`)
  }
})

test('a user gets 403 everywhere, before anything is looked at', async () => {
  const { headers } = await operations.server.signIn('user')
  for (const [method, path, payload] of routes) {
    const answer = await operations.server.inject({
      method,
      url: `/api/operations${path}`,
      headers,
      ...(payload === undefined ? {} : { payload }),
    })
    assert.equal(answer.statusCode, 403, `${method} ${path}: ${answer.body}`)
    assert.equal(answer.json().code, 'FORBIDDEN')
  }
})

test('changes from another site are refused', async () => {
  const { headers } = await operations.server.signIn('admin')
  for (const [method, path, payload] of routes.filter(([method]) => method !== 'GET')) {
    const answer = await operations.server.inject({
      method,
      url: `/api/operations${path}`,
      headers: { ...headers, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      ...(payload === undefined ? {} : { payload }),
    })
    assert.equal(answer.statusCode, 403, `${method} ${path}: ${answer.body}`)
  }
})

test('dangerous acts ask who it is first', async () => {
  const { headers, user } = await operations.server.signIn('admin')
  const dangerous: [Method, string, object?][] = [
    ['PATCH', `/users/${user.id}`, { roles: ['user'] }],
    ['POST', `/users/${user.id}/disable`],
    ['POST', `/users/${user.id}/reset-two-factor`],
    ['PUT', '/roles/user/permissions/operations.view', { granted: true }],
  ]
  for (const [method, path, payload] of dangerous) {
    const answer = await operations.server.inject({
      method,
      url: `/api/operations${path}`,
      headers,
      ...(payload === undefined ? {} : { payload }),
    })
    assert.equal(answer.statusCode, 403, `${method} ${path}: ${answer.body}`)
    assert.equal(answer.json().code, 'AUTH_STEP_UP_REQUIRED')
  }
})
