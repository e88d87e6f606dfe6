import { chown, lstat, mkdir, open, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** The user of every container of the stack (deploy/Dockerfile, deploy/images). */
export const CONTAINER_USER = 10_001

const SECRET_MODE = 0o400
const SECRET_FOLDER_MODE = 0o700

/** What was done, for the report. */
export type Written = { made: string[]; kept: string[]; changed: string[] }

/**
 * The folder the stack lives in. Secrets are made once and never written over; other files are
 * replaced whole (written beside and renamed), so that a reader never sees half of one.
 */
export type SettingsFolder = {
  written: Written
  /** Gives the secret that is there, else writes what `make` gives. */
  secret(path: string, make: () => string): Promise<string>
  /** Writes, unless the same is there. */
  file(path: string, content: string, mode?: number): Promise<void>
  /** Writes, unless anything is there. */
  first(path: string, content: string): Promise<void>
  read(path: string): Promise<string | undefined>
}

/** Opens the folder; as root, secrets are given to the container's user. */
export function openSettingsFolder(folder: string): SettingsFolder {
  const written: Written = { made: [], kept: [], changed: [] }
  const read = (path: string) => readOrUndefined(join(folder, path))
  async function place(path: string, content: string, mode: number): Promise<void> {
    const full = join(folder, path)
    await mkdir(dirname(full), { recursive: true, mode: 0o755 })
    await writeFile(`${full}.new`, content, { mode })
    await rename(`${full}.new`, full)
  }
  return {
    written,
    read,
    async secret(path, make) {
      const there = await read(path)
      if (there !== undefined && there !== '') {
        written.kept.push(path)
        return there.replace(/\r?\n$/, '')
      }
      const value = make()
      await writeSecret(join(folder, path), value)
      written.made.push(path)
      return value
    },
    async file(path, content, mode = 0o644) {
      const there = await read(path)
      if (there === content) return
      await place(path, content, mode)
      ;(there === undefined ? written.made : written.changed).push(path)
    },
    async first(path, content) {
      if ((await read(path)) !== undefined) return
      await place(path, content, 0o644)
      written.made.push(path)
    },
  }
}

/** Never readable by others, not even for the moment between writing and chmod. */
async function writeSecret(path: string, value: string): Promise<void> {
  const folder = dirname(path)
  await mkdir(folder, { recursive: true, mode: SECRET_FOLDER_MODE })
  const file = await open(path, 'wx', SECRET_MODE).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST' && (await lstat(path)).size === 0) return await open(path, 'r+')
    throw error
  })
  try {
    await file.writeFile(value)
    await file.chmod(SECRET_MODE)
  } finally {
    await file.close()
  }
  if (process.getuid?.() !== 0) return
  await chown(path, CONTAINER_USER, CONTAINER_USER)
  await chown(folder, CONTAINER_USER, CONTAINER_USER)
}

async function readOrUndefined(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
