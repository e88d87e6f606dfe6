import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import type { Sink } from './output.ts'

export type FileOptions = {
  /** The file that is written; older ones get the time of their end before the extension. */
  path: string
  maxBytes: number
  maxAgeMs: number
  keepDays: number
}

type Open = { fd: number; bytes: number; since: number }

const DAY_MS = 86_400_000

/**
 * A log file that is set aside when it is too large or too old; those set aside are deleted after `keepDays`. Writing
 * never throws: a full disk costs log lines, not requests. The first failure is told on standard error.
 */
export function openRotatingFile(options: FileOptions, now: () => number = Date.now): Sink {
  let current: Open | undefined
  let failed = false
  let retryAt = 0
  const attempt = (act: () => void) => {
    try {
      act()
      failed = false
    } catch (error) {
      retryAt = now() + 1000
      if (!failed)
        process.stderr.write(
          `log file ${options.path}: ${(error as Error).message}; lines go to stdout only\n`,
        )
      failed = true
    }
  }
  return {
    write(text) {
      if (failed && now() < retryAt) return
      attempt(() => {
        current ??= openFile(options.path, now())
        if (isDue(current, text, options, now())) current = rotate(current, options, now())
        writeFully(current, text)
      })
    },
    flush: () => {},
  }
}

function isDue(file: Open, text: string, options: FileOptions, now: number): boolean {
  if (file.bytes === 0) return false
  return (
    file.bytes + Buffer.byteLength(text) > options.maxBytes || now - file.since >= options.maxAgeMs
  )
}

function openFile(path: string, now: number): Open {
  mkdirSync(dirname(path), { recursive: true })
  // Readable by the owner alone: lines name users and addresses.
  const fd = openSync(path, 'a+', 0o600)
  const bytes = fstatSync(fd).size
  return { fd, bytes, since: bytes === 0 ? now : (firstTime(fd) ?? fstatSync(fd).mtimeMs) }
}

/** The time of the first line: the age of the file survives restarts and copies. */
function firstTime(fd: number): number | undefined {
  const head = Buffer.alloc(512)
  const read = readSync(fd, head, 0, head.length, 0)
  const found = /"time":"([^"]{10,40})"/.exec(head.toString('utf8', 0, read))
  const time = Date.parse(found?.[1] ?? '')
  return Number.isNaN(time) ? undefined : time
}

function writeFully(file: Open, text: string): void {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; ) at += writeSync(file.fd, bytes, at)
  file.bytes += bytes.length
}

function rotate(file: Open, options: FileOptions, now: number): Open {
  closeSync(file.fd)
  const { dir, stem, extension } = parts(options.path)
  const stamp = new Date(now).toISOString().replaceAll(':', '-')
  let aside = join(dir, `${stem}.${stamp}${extension}`)
  for (let n = 1; exists(aside) && n < 1000; n++)
    aside = join(dir, `${stem}.${stamp}-${n}${extension}`)
  renameSync(options.path, aside)
  deleteOld(options, now)
  return openFile(options.path, now)
}

function deleteOld(options: FileOptions, now: number): void {
  const { dir, stem, extension } = parts(options.path)
  for (const name of readdirSync(dir)) {
    if (!name.startsWith(`${stem}.`) || !name.endsWith(extension)) continue
    const found = /\.(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z)(?:-\d+)?/.exec(name)
    const stamp = found?.[1]?.replace(/T(\d\d)-(\d\d)-/, 'T$1:$2:')
    if (stamp !== undefined && now - Date.parse(stamp) > options.keepDays * DAY_MS)
      rmSync(join(dir, name), { force: true })
  }
}

function parts(path: string) {
  const extension = extname(path)
  return { dir: dirname(path), stem: basename(path, extension), extension }
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}
