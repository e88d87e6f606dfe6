import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import type { MultipartFile } from '@fastify/multipart'
import type { FastifyRequest } from 'fastify'
import { MinatoError } from '../errors/index.ts'
import { type Files, filesErrors } from '../files/index.ts'
import { collect } from './content.ts'
import { drain } from './drain.ts'
import { uploadsErrors } from './errors.ts'
import { withTrueExtension } from './extension.ts'
import { safeFileName } from './file-name.ts'
import { type InspectDeps, inspect } from './inspect.ts'
import { type Accepted, quarantine } from './quarantine.ts'
import { readableSize } from './readable-size.ts'

export type ReceiveRules = {
  maxFiles: number
  /** For each file. */
  maxBytes: number
  /** Content types, decided by content. */
  accept: readonly string[]
  /** Text fields the form may carry besides; any other is refused. */
  fields?: Record<string, { maxBytes: number }>
  /** 0 lets a form without a file pass. */
  minFiles?: number
}

export type Received = { fields: Record<string, string[]>; files: Accepted[] }

export type ReceiveDeps = InspectDeps & { files: Files; folder: string }

/** Headers and boundaries of one part. */
const PART_OVERHEAD_BYTES = 16 * 1024

/**
 * Receives a form. Either everything in it is in quarantine, or nothing is and an error says which file and why; the
 * rest of a refused body has been read, so the client gets to see the answer.
 */
export async function receive(
  deps: ReceiveDeps,
  request: FastifyRequest,
  rules: ReceiveRules,
): Promise<Received> {
  if (!request.isMultipart()) throw uploadsErrors.UPLOAD_NOT_MULTIPART()
  const form = new Form(deps, rules)
  try {
    const total = totalBytes(rules)
    if (Number(request.headers['content-length'] ?? 0) > total) throw bodyTooLarge(total)
    await Promise.race([form.read(request), overflow(request.raw, total)])
    return form.finish()
  } catch (error) {
    await form.abandon(error)
    const ended = await drain(request.raw)
    throw answerOf(error, ended)
  }
}

function totalBytes({ maxFiles, maxBytes, fields = {} }: ReceiveRules): number {
  const caps = Object.values(fields).map((field) => field.maxBytes + PART_OVERHEAD_BYTES)
  const text = caps.reduce((sum, cap) => sum + cap, PART_OVERHEAD_BYTES)
  return text + maxFiles * (maxBytes + PART_OVERHEAD_BYTES)
}

function bodyTooLarge(total: number): MinatoError {
  return uploadsErrors.UPLOAD_BODY_TOO_LARGE({ limit: readableSize(total) })
}

/** Counts what arrives, also what no part claims: preamble, epilogue, nameless parts. */
function overflow(raw: IncomingMessage, total: number): Promise<never> {
  return new Promise((_resolve, reject) => {
    let received = 0
    raw.on('data', (chunk: Buffer) => {
      received += chunk.length
      if (received > total) reject(bodyTooLarge(total))
    })
  })
}

/** What has come in so far, and how to take all of it back. */
class Form {
  readonly #deps: ReceiveDeps
  readonly #rules: ReceiveRules
  readonly #fields: Record<string, string[]> = Object.create(null)
  readonly #files: Accepted[] = []
  #current: Readable | undefined
  #abandoned = false

  constructor(deps: ReceiveDeps, rules: ReceiveRules) {
    this.#deps = deps
    this.#rules = rules
  }

  async read(request: FastifyRequest): Promise<void> {
    const { maxBytes, maxFiles, fields = {} } = this.#rules
    const fieldCaps = Object.values(fields).map((field) => field.maxBytes)
    const limits = {
      // One more than allowed, so that "exactly at the limit" and "cut there" differ.
      fileSize: maxBytes + 1,
      fieldSize: Math.max(1024, ...fieldCaps) + 1,
      parts: maxFiles + fieldCaps.length + 20,
      headerPairs: 20,
    }
    for await (const part of request.parts({ limits })) {
      if (part.type === 'file') await this.#takeFile(part)
      else this.#takeField(part.fieldname, part.value, part.valueTruncated)
    }
  }

  finish(): Received {
    const { minFiles = 1 } = this.#rules
    if (this.#files.length < minFiles) throw uploadsErrors.UPLOAD_MISSING()
    return { fields: this.#fields, files: this.#files }
  }

  /** Deletes what was stored; a part still in flight deletes itself when its stream fails. */
  async abandon(reason: unknown): Promise<void> {
    this.#abandoned = true
    this.#current?.destroy(reason instanceof Error ? reason : undefined)
    await Promise.allSettled(this.#files.map((file) => file.discard()))
  }

  #takeField(field: string, value: unknown, truncated: boolean): void {
    const rule = Object.hasOwn(this.#rules.fields ?? {}, field)
      ? this.#rules.fields?.[field]
      : undefined
    if (rule === undefined) throw uploadsErrors.UPLOAD_FIELD_UNKNOWN({ field: field.slice(0, 100) })
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    const { maxBytes } = rule
    if (truncated || Buffer.byteLength(text) > maxBytes) {
      throw uploadsErrors.UPLOAD_FIELD_TOO_LARGE({ field, maxBytes })
    }
    const values = this.#fields[field]
    if (values === undefined) this.#fields[field] = [text]
    else values.push(text)
  }

  async #takeFile(part: MultipartFile): Promise<void> {
    const originalName = part.filename ?? ''
    const shownName = safeFileName(originalName)
    const { maxFiles, maxBytes, accept } = this.#rules
    if (originalName !== '' && this.#files.length >= maxFiles) {
      throw uploadsErrors.UPLOAD_TOO_MANY({ maxFiles, name: shownName })
    }
    this.#current = part.file
    await using content = await collect(part.file, {
      folder: this.#deps.folder,
      maxBytes,
      tooLarge: () =>
        uploadsErrors.UPLOAD_TOO_LARGE({ name: shownName, limit: readableSize(maxBytes) }),
    })
    this.#current = undefined
    if (content.size === 0) {
      // A form whose file input was left empty sends a part without a name and without content.
      if (originalName === '') return
      throw uploadsErrors.UPLOAD_EMPTY({ name: shownName })
    }
    const inspected = await inspect(this.#deps, content, { name: shownName, accept })
    const name = withTrueExtension(shownName, inspected.contentType)
    const file = await quarantine(this.#deps.files, {
      field: part.fieldname,
      name,
      originalName,
      inspected,
    })
    this.#files.push(file)
    // The form may have been refused (or its sender gone) while this file was being looked at.
    if (this.#abandoned) await file.discard()
  }
}

/** Our own errors pass; the parser's become "malformed"; a full disk says so. */
function answerOf(error: unknown, drained: boolean): unknown {
  const known = error instanceof MinatoError ? error : parserError(error)
  if (drained || !(known instanceof MinatoError)) return known
  // What was not read would be taken for the next request: the connection ends with this answer.
  Object.assign(known.headers, { connection: 'close' })
  return known
}

function parserError(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return filesErrors.FILES_STORAGE_FULL({}, { cause: error })
  }
  // Other system errors (a folder that cannot be written) are ours, not the client's; a lost connection is not.
  const lost = code === 'ECONNRESET' || code === 'EPIPE' || code === 'ECONNABORTED'
  if (typeof code === 'string' && /^E[A-Z]+$/.test(code) && !lost) return error
  return uploadsErrors.UPLOAD_MALFORMED({}, { cause: error })
}
