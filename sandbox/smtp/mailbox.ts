import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ParsedMail, parseMail } from './parsed-mail.ts'

const KEPT_MAILS = 500
const SEARCHED_TEXT_CHARS = 10_000

type Envelope = { from: string; to: string[] }

/** One line of the mailbox. */
type MailSummary = {
  id: string
  receivedAt: string
  envelope: Envelope
  from: string
  to: string
  subject: string
  byteLength: number
  attachments: number
}

type Mail = MailSummary & { raw: Buffer; parsed: ParsedMail }

export type Mailbox = {
  add(envelope: Envelope, message: Buffer): Promise<MailSummary>
  /** Newest first; `query` is looked for in addresses, subject and text. */
  list(query?: string): MailSummary[]
  get(id: string): Promise<Mail | null>
  clear(): Promise<void>
}

type Kept = { summary: MailSummary; searched: string; raw: Buffer | null }

/**
 * Keeps the last 500 mails: in memory, or as .eml files that any mail program opens. The envelope
 * travels in trace headers on top, as a real server writes Return-Path and Delivered-To.
 */
export async function openMailbox(folder: string | null, now: () => Date): Promise<Mailbox> {
  const mails = new Map<string, Kept>()
  if (folder) await load(folder, mails)

  async function drop(id: string): Promise<void> {
    mails.delete(id)
    if (folder) await rm(join(folder, `${id}.eml`), { force: true })
  }

  return {
    async add(envelope, message) {
      const receivedAt = now().toISOString()
      const id = `${receivedAt.replace(/\D/g, '')}-${randomBytes(6).toString('hex')}`
      const raw = Buffer.concat([traceHeaders(envelope, receivedAt), message])
      const kept = await keep(id, raw)
      if (folder) {
        // Written aside and renamed: a kill in between leaves no half mail behind.
        const part = join(folder, `${id}.part`)
        await writeFile(part, raw)
        await rename(part, join(folder, `${id}.eml`))
        kept.raw = null
      }
      mails.set(id, kept)
      for (const oldest of mails.keys()) {
        if (mails.size <= KEPT_MAILS) break
        await drop(oldest)
      }
      return kept.summary
    },
    list(query) {
      const wanted = query?.toLowerCase() ?? ''
      return [...mails.values()]
        .filter((kept) => kept.searched.includes(wanted))
        .map((kept) => kept.summary)
        .reverse()
    },
    async get(id) {
      const kept = mails.get(id)
      if (!kept) return null
      const raw = kept.raw ?? (await readFile(join(folder ?? '', `${id}.eml`)))
      return { ...kept.summary, raw, parsed: await parseMail(raw) }
    },
    async clear() {
      for (const id of [...mails.keys()]) await drop(id)
    },
  }
}

function traceHeaders(envelope: Envelope, receivedAt: string): Buffer {
  const lines = [
    `Return-Path: <${envelope.from}>`,
    ...envelope.to.map((recipient) => `Delivered-To: ${recipient}`),
    `X-Sandbox-Received: ${receivedAt}`,
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n`)
}

async function keep(id: string, raw: Buffer): Promise<Kept> {
  const parsed = await parseMail(raw)
  const valuesOf = (name: string) =>
    parsed.headers.filter((header) => header.name === name).map((header) => header.value)
  const envelope = {
    from: (valuesOf('Return-Path')[0] ?? '').replace(/^<|>$/g, ''),
    to: valuesOf('Delivered-To'),
  }
  const { from, to, subject } = parsed
  const summary: MailSummary = {
    id,
    receivedAt: valuesOf('X-Sandbox-Received')[0] ?? '',
    envelope,
    from,
    to,
    subject,
    byteLength: raw.length,
    attachments: parsed.attachments.length,
  }
  const text = parsed.text.slice(0, SEARCHED_TEXT_CHARS)
  const searched = [from, to, envelope.to.join(' '), subject, text].join('\n').toLowerCase()
  return { summary, searched, raw }
}

async function load(folder: string, mails: Map<string, Kept>): Promise<void> {
  await mkdir(folder, { recursive: true })
  const names = (await readdir(folder)).sort()
  for (const part of names.filter((name) => name.endsWith('.part'))) {
    await rm(join(folder, part), { force: true })
  }
  const ids = names.filter((name) => name.endsWith('.eml')).map((name) => name.slice(0, -4))
  for (const id of ids.slice(-KEPT_MAILS)) {
    const kept = await keep(id, await readFile(join(folder, `${id}.eml`)))
    mails.set(id, { ...kept, raw: null })
  }
}
