import type { RouteServer } from '@minato/platform/app'
import { commonErrors } from '@minato/platform/errors'
import { principalOf } from '@minato/platform/http'
import type { Logger } from '@minato/platform/log'
import { z } from 'zod'
import { type ChatbotDatabase, chatbotTables } from './store.ts'
import type { ChatbotServices } from './write-answer.ts'

/** The original of an attached file, for its owner only. */
export function fileRoutes(server: RouteServer, services: ChatbotServices): void {
  const db = chatbotTables(services.db)
  server.get(
    '/files/:id',
    {
      config: { permission: 'chatbot.use', rate: 'read' },
      schema: {
        params: z.object({ id: z.uuid() }),
        querystring: z.object({ inline: z.enum(['true', 'false']).default('false') }),
      },
    },
    async (request, reply) => {
      const file = await db
        .selectFrom('chatbot.files')
        .select(['storage_key', 'name', 'content_type'])
        .where('id', '=', request.params.id)
        .where('owner_id', '=', principalOf(request).userId)
        .executeTakeFirst()
      if (file === undefined) throw commonErrors.NOT_FOUND()
      // Only pictures, which were re-encoded on their way in, may be shown inside a page.
      const inline = request.query.inline === 'true' && file.content_type.startsWith('image/')
      return await services.uploads.send(request, reply, {
        key: file.storage_key,
        name: file.name,
        contentType: file.content_type,
        disposition: inline ? 'inline' : 'attachment',
      })
    },
  )
}

const SWEEP_EVERY_MS = 60_000
const SWEEP_BATCH = 100

/** Removes the bytes of files whose rows are gone; a crash in between is taken up by the next sweep. */
export function startFileSweep(deps: {
  db: ChatbotDatabase
  files: { delete(key: string): Promise<unknown> }
  log: Logger
}): () => void {
  const timer = setInterval(() => {
    void sweepFiles(deps).catch((error) =>
      deps.log.warn('chatbot.file_sweep_failed', { err: error }),
    )
  }, SWEEP_EVERY_MS).unref()
  return () => clearInterval(timer)
}

export async function sweepFiles({
  db,
  files,
}: {
  db: ChatbotDatabase
  files: { delete(key: string): Promise<unknown> }
}): Promise<number> {
  const rows = await db
    .selectFrom('chatbot.files_to_delete')
    .select('storage_key')
    .orderBy('since')
    .limit(SWEEP_BATCH)
    .execute()
  for (const { storage_key: key } of rows) {
    await files.delete(key)
    await db.deleteFrom('chatbot.files_to_delete').where('storage_key', '=', key).execute()
  }
  return rows.length
}
