import { defineApp } from '@minato/platform/app'
import { startWith } from '@minato/platform/app/testing'

/** A web process of the real system with an app of its own, for realtime.test.ts. */
const app = defineApp({
  name: 'trial',
  title: { en: 'Trial', ja: '試行' },
  description: { en: 'Live connections of a test.', ja: 'テスト用のライブ接続。' },
  permissions: {},
  realtime: { rooms: { quay: { permission: 'signed-in', presence: true } } },
})

const running = await startWith(app, { role: 'web', env: process.env })
const { auth, realtime } = running.booted.services
const live = realtime.of('trial')

type Asked = { person?: true; publish?: number; emit?: string; members?: true }

async function answer({ person, publish, emit, members }: Asked): Promise<object> {
  if (person) {
    const user = await auth.users.create({
      email: `${crypto.randomUUID()}@test.example`,
      name: 'Sailor',
      password: 'asanagi-no-minato-2026',
      roles: ['user'],
      verified: true,
    })
    return await auth.keys.create({ userId: user.id, name: 'test' })
  }
  if (publish !== undefined) return { seq: await live.publish('quay:1', 'wave', publish) }
  if (emit !== undefined) live.emit('quay:1', emit, {})
  return members ? { members: await live.members('quay:1') } : {}
}

process.on('SIGTERM', () => void running.stop('SIGTERM'))
process.on('message', async (asked: Asked) => process.send?.(await answer(asked)))
process.send?.({ url: running.url })
await running.stopped
process.disconnect()
