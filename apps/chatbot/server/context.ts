import { randomBytes } from 'node:crypto'
import {
  delimit,
  delimiterNotice,
  estimateMessageTokens,
  type Message,
  normalize,
  type Part,
} from '@minato/platform/llm'
import { newCanary, type Prepared } from './answer-events.ts'
import { filesOfMessages, type StoredFile } from './file-store.ts'
import { instructions } from './instructions.ts'
import type { Opened, TurnMessage } from './open-answer.ts'
import { type ChatbotDatabase, chatbotTables } from './store.ts'
import { SEARCH_TOOL } from './web-search.ts'
import type { ChatbotServices } from './write-answer.ts'

export type ContextRequest = Pick<Opened, 'model' | 'customPrompt' | 'turns' | 'hasFiles'> & {
  conversationId: string
  ownerId: string
  answerId: string
  search: boolean
}

/**
 * Builds what the model is given: the instructions, then exactly this branch of this conversation,
 * trimmed from its oldest turn so that it fits. How many were left out is stored with the answer.
 */
export async function prepareContext(
  services: ChatbotServices,
  { model, customPrompt, turns, hasFiles, answerId, search }: ContextRequest,
): Promise<Prepared> {
  const db = chatbotTables(services.db)
  const which = model === null ? { lane: 'main' as const } : { model }
  const files = hasFiles ? await filesOfTurns(db, turns) : NO_FILES
  const nonce = randomBytes(16).toString('hex')
  const canary = newCanary()
  const systemPrompt = customPrompt ?? (await instructions(services))
  const system = `${systemPrompt}\n\n${delimiterNotice(nonce)}\n[${canary}]`
  const wrap = { nonce, takesFiles: await modelTakesFiles(services, which, files) }
  const messages = await Promise.all(
    turns.map((turn) => toMessage(services, turn, files.get(turn.id) ?? [], wrap)),
  )
  const { kept, leftOut } = fit(messages, services.appConfig.contextTokens, system)
  if (leftOut > 0) await noteLeftOut(db, answerId, leftOut)
  return {
    systemPrompt,
    canary,
    request: {
      messages: [{ role: 'system', content: system }, ...kept],
      ...which,
      maxOutputTokens: services.appConfig.maxOutputTokens,
      // Searching sends words out: it is not offered while a document could choose them.
      ...(search && services.appConfig.searchUrl !== undefined && files.size === 0
        ? { tools: [SEARCH_TOOL] }
        : {}),
    },
  }
}

const NO_FILES: ReadonlyMap<string, StoredFile[]> = new Map()

const filesOfTurns = (db: ChatbotDatabase, turns: TurnMessage[]) =>
  filesOfMessages(
    db,
    turns.map((turn) => turn.id),
  )

async function noteLeftOut(db: ChatbotDatabase, answerId: string, leftOut: number): Promise<void> {
  await db
    .updateTable('chatbot.messages')
    .set({ left_out: leftOut })
    .where('id', '=', answerId)
    .execute()
}

/** Whether the model that will answer takes documents as files; asked only where there are some. */
async function modelTakesFiles(
  services: ChatbotServices,
  which: { lane: 'main' } | { model: string },
  files: ReadonlyMap<string, StoredFile[]>,
): Promise<boolean> {
  return files.size > 0 && (await services.llm.capabilities(which)).files
}

type Wrap = { nonce: string; takesFiles: boolean }

async function toMessage(
  services: ChatbotServices,
  turn: TurnMessage,
  files: StoredFile[],
  wrap: Wrap,
): Promise<Message> {
  if (turn.role === 'assistant') return { role: 'assistant', content: turn.content }
  if (files.length === 0) return { role: 'user', content: turn.content }
  const parts: Part[] = []
  for (const file of files) parts.push(await toPart(services, file, wrap))
  // The question comes last: the model has read the documents when it reaches it.
  parts.push({ type: 'text', text: turn.content })
  return { role: 'user', content: parts }
}

async function toPart(
  services: ChatbotServices,
  file: StoredFile,
  { nonce, takesFiles }: Wrap,
): Promise<Part> {
  if (file.content_type.startsWith('image/')) {
    const data = await readAll(services, file)
    return { type: 'image', contentType: file.content_type, data }
  }
  if (file.content_type === 'application/pdf' && takesFiles) {
    const data = await readAll(services, file)
    return { type: 'file', name: file.name, contentType: file.content_type, data }
  }
  const text =
    file.text === null || file.text === '' ? '(no text was found in this file)' : file.text
  const { verdict, reasons } = services.llm.guard.score(normalize(text))
  if (verdict !== 'allow') {
    services.log.info('chatbot.upload_suspicious', { fileId: file.id, verdict, reasons })
  }
  const block = delimit(text, { provenance: 'upload', name: file.name, id: file.id }, nonce)
  return { type: 'text', text: block }
}

async function readAll(services: ChatbotServices, file: StoredFile): Promise<Buffer> {
  const { stream } = await services.files.get(file.storage_key)
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Keeps the newest turns that fit, the question always; oldest first they are left out. */
export function fit(
  messages: Message[],
  maxTokens: number,
  system: string,
): { kept: Message[]; leftOut: number } {
  let left = maxTokens - estimateMessageTokens({ role: 'system', content: system })
  const kept: Message[] = []
  for (const message of messages.toReversed()) {
    left -= estimateMessageTokens(message)
    if (left < 0 && kept.length > 0) break
    kept.unshift(message)
  }
  // An answer without its question would open the conversation: it goes too.
  while (kept.length > 1 && kept[0]?.role === 'assistant') kept.shift()
  return { kept, leftOut: messages.length - kept.length }
}
