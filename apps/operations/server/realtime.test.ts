import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { defineApp } from '@minato/platform/app'
import { type SignedIn, type TestServer, testServer } from '@minato/platform/app/testing'
import { io, type Socket } from 'socket.io-client'
import operations from '../app.ts'

const trial = defineApp({
  name: 'trial',
  title: { en: 'Trial', ja: '試行' },
  description: { en: 'Rooms of a test.', ja: 'テスト用のルーム。' },
  permissions: {},
  realtime: { rooms: { quay: { permission: 'signed-in' } } },
})

let server: TestServer
const sockets: Socket[] = []
before(async () => {
  server = await testServer({ apps: [operations, trial] })
})
after(async () => {
  for (const socket of sockets) socket.disconnect()
  await server[Symbol.asyncDispose]()
})

async function join(person: SignedIn, room: string): Promise<void> {
  const socket = io(`${await server.listen()}/trial`, {
    path: '/api/realtime/',
    transports: ['websocket'],
    extraHeaders: { cookie: person.cookie },
    forceNew: true,
    reconnection: false,
  })
  sockets.push(socket)
  const answer = await socket.timeout(10_000).emitWithAck('join', { room })
  assert.equal(answer.ok, true)
}

const list = async ({ headers }: SignedIn) =>
  await server.inject({ url: '/api/operations/realtime/connections', headers })

test('operators see who is connected, where from and in which rooms, and no credential', async () => {
  const operator = await server.signIn('operator')
  assert.deepEqual((await list(operator)).json(), { items: [], total: 0, nextCursor: null })
  const [first, second] = [await server.signIn('user'), await server.signIn('user')]
  await join(first, 'quay:1')
  await join(second, 'quay:2')
  const answer = await list(operator)
  const { items, total } = answer.json()
  assert.equal(total, 2)
  assert.deepEqual(
    items.map(({ userId, rooms }: { userId: string; rooms: string[] }) => [userId, rooms]),
    [
      [second.user.id, ['quay:2']],
      [first.user.id, ['quay:1']],
    ],
    'the newest first',
  )
  assert.equal(items[0].email, second.user.email)
  assert.equal(items[0].address, '127.0.0.1')
  assert.equal(items[0].app, 'trial')
  for (const { cookie } of [first, second]) {
    const secret = cookie.slice(cookie.indexOf('=') + 1, cookie.indexOf('=') + 30)
    assert.equal(answer.body.includes(secret), false)
  }
})

test('users see nobody', async () => {
  assert.equal((await list(await server.signIn('user'))).statusCode, 403)
})
