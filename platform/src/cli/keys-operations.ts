import { z } from 'zod'
import { schemaOf } from '../app/define-app.ts'
import { encryptedCaches, encryptedColumns } from '../app/encrypted-columns.ts'
import type { Services } from '../app/services.ts'
import { markBackup } from '../backup/index.ts'
import { defineErrors } from '../errors/index.ts'
import type { EncryptedColumn } from '../keys/index.ts'
import { fingerprint, parseKeys } from '../keys/index.ts'
import { findLeftovers } from '../keys/leftovers.ts'
import {
  countPending,
  fromFernet,
  fromOlderKeys,
  type Origin,
  reencryptStep,
} from '../keys/reencrypt.ts'
import { defineOperation } from './operation.ts'

export const keysErrors = defineErrors({
  KEYS_SERVER_OUTDATED: {
    status: 409,
    title: { en: 'The server holds other keys', ja: 'サーバーの鍵が違います' },
    detail: {
      en: 'The running server does not have the first key of your ENCRYPTION_KEYS as its first. Restart every process with the new value, then run this again.',
      ja: '実行中のサーバーの先頭の鍵が ENCRYPTION_KEYS の先頭と違います。すべてのプロセスを新しい値で再起動してから、もう一度実行してください。',
    },
  },
  KEYS_COLUMN_UNKNOWN: {
    status: 422,
    title: { en: 'No such encrypted column', ja: '暗号化された列がありません' },
    detail: {
      en: '{table}.{column} is not declared as encrypted by the platform or an app.',
      ja: '{table}.{column} は暗号化された列として宣言されていません。',
    },
  },
})

const origin = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ring') }),
  z.object({ kind: z.literal('fernet'), keys: z.array(z.string().max(200)).min(1).max(20) }),
])
const common = { origin, activeKey: z.string() }
const place = z.object({ table: z.string(), column: z.string(), key: z.string() })

/** SHA-256 of the key that encrypts: whoever asks must mean the same one. */
export function activeKeyOf(services: Pick<Services, 'config'>): string {
  const [active] = parseKeys(services.config.keys.encryptionKeys.reveal())
  return active === undefined ? '' : fingerprint(active.key)
}

function originOf(
  services: Services,
  input: { origin: z.infer<typeof origin>; activeKey: string },
): Origin {
  if (input.activeKey !== activeKeyOf(services)) throw keysErrors.KEYS_SERVER_OUTDATED()
  return input.origin.kind === 'ring' ? fromOlderKeys(services.keys) : fromFernet(input.origin.keys)
}

/** Re-encryption in steps, so that the command line can show how far it is and be stopped at any time. */
export const keysOperations = [
  defineOperation({
    name: 'keys.reencrypt.plan',
    input: z.object(common),
    async run(services, input, context) {
      const from = originOf(services, input)
      const columns: (EncryptedColumn & { pending: number })[] = []
      for (const column of encryptedColumns(context.apps)) {
        columns.push({ ...column, pending: await countPending(services.db, column, from) })
      }
      // Every stored secret is about to be written anew.
      if (columns.some(({ pending }) => pending > 0)) await markBackup(services, 'key-rotation')
      return { columns }
    },
  }),
  defineOperation({
    name: 'keys.reencrypt.step',
    input: z.object({
      ...common,
      place,
      after: z.string().nullable(),
      limit: z.number().int().min(1).max(1000),
    }),
    async run(services, input, context) {
      const { table, column } = input.place
      const known = encryptedColumns(context.apps).find(
        (one) => one.table === table && one.column === column,
      )
      if (known === undefined) throw keysErrors.KEYS_COLUMN_UNKNOWN({ table, column })
      const { after, limit } = input
      const options = { origin: originOf(services, input), after, limit }
      return await reencryptStep(services.db, services.keys, known, options)
    },
  }),
  defineOperation({
    name: 'keys.reencrypt.finish',
    input: z.object({ ...common, changed: z.number(), failed: z.number() }),
    async run(services, input, context) {
      originOf(services, input)
      const ring = input.origin.kind === 'ring'
      const caches = ring ? encryptedCaches(context.apps) : []
      for (const { namespace, prefix } of caches) {
        await services.cache.namespace(namespace).purge(prefix)
      }
      const { changed, failed } = input
      await services.audit.record({
        actorId: 'cli',
        action: ring ? 'encryption.rotate' : 'encryption.import-fernet',
        metadata: { changed, failed, keyId: services.keys.activeKeyId },
      })
      const schemas = ['minato', ...context.apps.map((app) => schemaOf(app.name))]
      return {
        purged: caches,
        leftovers: ring ? await findLeftovers(services.db, schemas, services.keys.activeKeyId) : [],
      }
    },
  }),
]
