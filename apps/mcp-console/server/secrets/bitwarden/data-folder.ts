import { constants } from 'node:fs'
import { access, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PREFIX = 'minato-bw-'
/** A folder lives for one call of the program; one this old was left by a process that was killed. */
const LEFT_AFTER_MS = 30 * 60_000
/** The program's store: ciphers as the server sent them, and tokens. */
const FILE = 'data.json'

export type DataFolder = {
  path: string
  /** What the program has stored. */
  read(): Promise<string>
  [Symbol.asyncDispose](): Promise<void>
}

/** A folder for one call, in memory where the system has such a place, readable by nobody else, removed after. */
export async function openDataFolder(content?: string): Promise<DataFolder> {
  const path = await mkdtemp(join(await place(), PREFIX))
  if (content !== undefined) await writeFile(join(path, FILE), content, { mode: 0o600 })
  return {
    path,
    read: () => readFile(join(path, FILE), 'utf8'),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  }
}

/** Removes what killed processes left behind. */
export async function sweepDataFolders(now: number): Promise<number> {
  const root = await place()
  let removed = 0
  for (const name of await readdir(root)) {
    if (!name.startsWith(PREFIX)) continue
    const path = join(root, name)
    const found = await stat(path).catch(() => undefined)
    if (found === undefined || now - found.mtimeMs < LEFT_AFTER_MS) continue
    await rm(path, { recursive: true, force: true })
    removed++
  }
  return removed
}

async function place(): Promise<string> {
  try {
    await access('/dev/shm', constants.W_OK)
    return '/dev/shm'
  } catch {
    return tmpdir()
  }
}
