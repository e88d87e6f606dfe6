import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { AppServices } from '../app/define-app.ts'
import { defineOperation } from './operation.ts'

const PEOPLE = [
  { email: 'hanako@demo.example', name: '山田 花子', roles: ['user'], locale: 'ja' },
  { email: 'taro@demo.example', name: '佐藤 太郎', roles: ['operator'], locale: 'ja' },
  { email: 'alex@demo.example', name: 'Alex Reed', roles: ['user'], locale: 'en' },
] as const

/** Sample users with passwords made on the spot, and each app's sample data. Safe to repeat. */
export const demoOperations = [
  defineOperation({
    name: 'demo',
    input: z.object({}),
    async run(services, _input, { apps }) {
      const created: { email: string; password: string }[] = []
      const users: { id: string; email: string }[] = []
      for (const person of PEOPLE) {
        const known = await services.auth.users.find(person.email)
        const password = randomBytes(12).toString('base64url')
        const user =
          known ??
          (await services.auth.users.create({
            ...person,
            roles: [...person.roles],
            password,
            verified: true,
          }))
        users.push({ id: user.id, email: person.email })
        if (known === null) created.push({ email: person.email, password })
      }
      for (const app of apps) {
        await app.demo?.(withConfig(services, app.name), users)
      }
      return { created, apps: apps.filter((app) => app.demo).map((app) => app.name) }
    },
  }),
]

function withConfig(services: import('../app/services.ts').Services, name: string) {
  return { ...services, appConfig: services.appConfigs[name] ?? {} } as AppServices<
    Record<string, never>
  >
}
