import type { Selectable } from 'kysely'
import { z } from 'zod'
import type { ChatbotTables } from './tables.ts'

/** What a client sees of a conversation. Times are ISO 8601 in UTC. */
export const conversationView = z.object({
  id: z.string(),
  title: z.string(),
  model: z.string().nullable(),
  systemPromptId: z.string().nullable(),
  pinned: z.boolean(),
  archived: z.boolean(),
  createdAt: z.date(),
  updatedAt: z.date(),
})

export const fileView = z.object({
  id: z.string(),
  name: z.string(),
  contentType: z.string(),
  size: z.number(),
  pages: z.number().nullable(),
  /** False for a document in which no text was found, such as a scan. */
  hasText: z.boolean(),
})

export const messageView = z.object({
  id: z.string(),
  parentId: z.string().nullable(),
  role: z.enum(['user', 'assistant']),
  content: z.string(),
  state: z.enum(['streaming', 'done', 'stopped', 'failed', 'interrupted']),
  finishReason: z.string().nullable(),
  errorCode: z.string().nullable(),
  model: z.string().nullable(),
  usage: z
    .object({ inputTokens: z.number(), outputTokens: z.number(), costUsd: z.number() })
    .nullable(),
  leftOut: z.number(),
  sources: z.array(z.object({ title: z.string(), url: z.string() })),
  files: z.array(fileView),
  createdAt: z.date(),
  finishedAt: z.date().nullable(),
})

export const conversationWithMessages = conversationView.extend({
  messages: z.array(messageView),
})

type Row<T extends keyof ChatbotTables> = Selectable<ChatbotTables[T]>
export type FileRow = Row<'chatbot.files'>

export function viewConversation(row: Row<'chatbot.conversations'>) {
  return {
    id: row.id,
    title: row.title,
    model: row.model,
    systemPromptId: row.system_prompt_id,
    pinned: row.pinned,
    archived: row.archived,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

export function viewFile(row: Omit<FileRow, 'text'> & { has_text: boolean }) {
  return {
    id: row.id,
    name: row.name,
    contentType: row.content_type,
    size: row.size,
    pages: row.pages,
    hasText: row.has_text,
  }
}

export function viewMessage(
  row: Row<'chatbot.messages'>,
  files: ReturnType<typeof viewFile>[],
): z.infer<typeof messageView> {
  const { input_tokens: inputTokens, output_tokens: outputTokens } = row
  return {
    id: row.id,
    parentId: row.parent_id,
    role: row.role,
    content: row.content,
    state: row.state,
    finishReason: row.finish_reason,
    errorCode: row.error_code,
    model: row.model,
    usage:
      inputTokens === null || outputTokens === null
        ? null
        : { inputTokens, outputTokens, costUsd: row.cost_usd ?? 0 },
    leftOut: row.left_out,
    sources: (row.sources ?? []) as { title: string; url: string }[],
    files,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  }
}
