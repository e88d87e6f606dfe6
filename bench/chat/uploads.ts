import { setTimeout as delay } from 'node:timers/promises'
import type { Parts } from './bench.ts'
import { askOnce, conversation, newConversations } from './client.ts'
import { largePdf } from './large-pdf.ts'
import { setPace } from './processes.ts'

const TOKENS_PER_SECOND = 20
/** Far more than the uploads take; the stream is left when they are done. */
const TOKENS = 3000
const ALONE_MS = 5000
const FILE_BYTES = 5 * 1024 * 1024

export type Uploads = {
  maxGapAloneMs: number
  maxGapDuringUploadsMs: number
  uploads: number
  uploadMs: number
}

/** One person reads a steady stream while another sends five files of 5 MB, one a large PDF. */
export async function uploadsBesideStream(parts: Parts): Promise<Uploads> {
  const { model, server, key, otherKey } = parts
  const pace = { firstTokenMs: 50, tokensPerSecond: TOKENS_PER_SECOND, answerTokens: TOKENS }
  await setPace(model, pace)
  const [mine = ''] = await newConversations(server.url, key, 1)
  const theirs = await newConversations(server.url, otherKey, 2)
  const files = heavyFiles()
  const alone = await askOnce(conversation(server.url, key, mine), {
    signal: AbortSignal.timeout(ALONE_MS),
  })
  const leave = new AbortController()
  const [second = ''] = await newConversations(server.url, key, 1)
  const steady = askOnce(conversation(server.url, key, second), { signal: leave.signal })
  await delay(1000)
  const startedAt = performance.now()
  for (const id of theirs) await send(parts, id, files)
  const uploadMs = performance.now() - startedAt
  leave.abort()
  const beside = await steady
  return {
    maxGapAloneMs: Math.round(alone.maxGapMs),
    maxGapDuringUploadsMs: Math.round(beside.maxGapMs),
    uploads: theirs.length,
    uploadMs: Math.round(uploadMs / theirs.length),
  }
}

function heavyFiles(): File[] {
  const line = 'The harbour master writes down every ship that enters the west pier. '
  const text = line.repeat(Math.floor((FILE_BYTES - 1024) / line.length))
  return [
    new File([largePdf(FILE_BYTES - 64 * 1024)], 'harbour.pdf', { type: 'application/pdf' }),
    ...['one', 'two', 'three', 'four'].map(
      (name) => new File([`${name}\n${text}`], `${name}.txt`, { type: 'text/plain' }),
    ),
  ]
}

/** Until the answer begins: by then the files are read and stored. */
async function send({ server, otherKey }: Parts, id: string, files: File[]): Promise<void> {
  const form = new FormData()
  form.append('text', 'What do these files say about the west pier?')
  for (const file of files) form.append('files', file)
  const aborter = new AbortController()
  const response = await fetch(`${server.url}/api/chatbot/conversations/${id}/messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${otherKey}` },
    body: form,
    signal: aborter.signal,
  })
  if (!response.ok) throw new Error(`The upload was refused: ${await response.text()}`)
  let seen = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body ?? []) {
    seen += decoder.decode(chunk, { stream: true })
    if (/^event: (delta|error)/m.test(seen)) break
  }
  if (!seen.includes('event: delta')) throw new Error(`No answer to the files: ${seen}`)
}
