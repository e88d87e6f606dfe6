import { z } from 'zod'
import type { AppDefinition, AppServices } from '../app/define-app.ts'
import type { Services } from '../app/services.ts'
import type { StateImport } from '../app/state-import.ts'
import { markBackup } from '../backup/index.ts'
import { defineErrors } from '../errors/index.ts'
import { defineOperation } from './operation.ts'

const importErrors = defineErrors({
  IMPORT_UNKNOWN: {
    status: 404,
    title: { en: 'Nothing imports this', ja: '取り込めません' },
    detail: {
      en: 'No app imports "{name}". There are: {known}.',
      ja: '「{name}」を取り込むアプリはありません。指定できるもの: {known}',
    },
  },
  IMPORT_OWNER_UNKNOWN: {
    status: 422,
    title: { en: 'No such owner', ja: '所有者が見つかりません' },
    detail: {
      en: 'Nobody here is called "{owner}". Make the person first: minato user create.',
      ja: '「{owner}」という利用者はいません。先に minato user create で作成してください。',
    },
  },
})

const input = z.object({
  name: z.string().max(100),
  file: z.string().startsWith('/').max(4096),
  apply: z.boolean(),
  owner: z.string().max(254).optional(),
  fernetKeys: z.array(z.string().max(200)).max(20),
})

/** Takes over the state of another system, in the process that owns the database. */
export const importOperations = [
  defineOperation({
    name: 'import',
    input,
    async run(services, { name, file, apply, owner, fernetKeys }, { apps, actor }) {
      const { app, found } = findImport(apps, name)
      const user = owner === undefined ? undefined : await services.auth.users.find(owner)
      if (user === null) throw importErrors.IMPORT_OWNER_UNKNOWN({ owner: owner ?? '' })
      if (apply) await markBackup(services, 'import', `before: ${name}`)
      return await found.run(servicesOf(services, app), {
        ...{ file, apply, fernetKeys, actor: actor.name },
        ownerId: user?.id,
      })
    },
  }),
]

type AnyServices = AppServices<Record<string, never>>

function findImport(apps: readonly AppDefinition[], name: string) {
  for (const app of apps) {
    const imports = app.imports ?? {}
    const found = Object.hasOwn(imports, name) ? imports[name] : undefined
    if (found !== undefined) return { app, found: found as StateImport<AnyServices> }
  }
  const known = apps.flatMap((app) => Object.keys(app.imports ?? {})).join(', ') || '-'
  throw importErrors.IMPORT_UNKNOWN({ name, known })
}

function servicesOf(services: Services, app: AppDefinition): AnyServices {
  return { ...services, appConfig: services.appConfigs[app.name] ?? {} } as AnyServices
}
