import { defineApp } from '@minato/platform/app'
import { startWith } from '@minato/platform/app/testing'
import { obey } from './server.ts'
import { ROOM } from './told.ts'

/** A web process of the real system, with one app that has rooms. */
const app = defineApp({
  name: 'trial',
  title: { en: 'Trial', ja: '試行' },
  description: { en: 'Live connections under measurement.', ja: '測定用のライブ接続。' },
  permissions: {},
  realtime: { rooms: { quay: { permission: 'signed-in' } } },
})
const { booted, url } = await startWith(app, { role: 'web', env: process.env })
const { auth, realtime } = booted.services
const live = realtime.of('trial')
obey({
  emit: (data) => live.emit(ROOM, 'fog', data),
  publish: (data) => live.publish(ROOM, 'fog', data),
  async person() {
    const user = await auth.users.create({
      email: `${crypto.randomUUID()}@bench.example`,
      name: 'Sailor',
      password: 'asanagi-no-minato-2026',
      roles: ['user'],
      verified: true,
    })
    return await auth.keys.create({ userId: user.id, name: 'bench' })
  },
})
process.send?.({ url })
