import {
  chmod,
  chown,
  mkdir,
  readdir,
  readFile,
  rm,
  stat,
  statfs,
  writeFile,
} from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { ConsoleServices } from '../config.ts'
import { containerErrors } from './errors.ts'
import { instanceOf } from './instance.ts'

/** Where a container finds them: the place Docker's own secrets have. */
export const SECRETS_TARGET = '/run/secrets'
/** linux/magic.h: memory that is never written to a disk (swap aside). */
const MEMORY_FILE_SYSTEMS = new Set([0x01021994, 0x858458f6])
const FOLDER_NAME = /^[0-9a-f-]{36}\.[A-Za-z0-9_-]{8}$/

export type FileOwner = { uid: number; gid: number }

/**
 * Makes an empty folder on a tmpfs of the host, for one container.
 * @returns its path
 * @throws {MinatoError} MCP_CONSOLE_SECRET_FILE_FAILED
 */
export async function makeSecretFolder(
  services: ConsoleServices,
  folderName: string,
): Promise<string> {
  const root = await rootOf(services)
  await mkdir(root, { recursive: true, mode: 0o711 })
  if (!MEMORY_FILE_SYSTEMS.has((await statfs(root)).type)) {
    const reason = `${root} (MCP_CONSOLE_SECRET_FILES_DIR) is not on a tmpfs: secrets would be written to a disk.`
    throw containerErrors.MCP_CONSOLE_SECRET_FILE_FAILED({ reason })
  }
  const folder = join(root, folderName)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  return folder
}

/** Writes each value into a file of its own: 0400, owned by the user the server runs as. */
export async function fillSecretFolder(
  services: ConsoleServices,
  folderName: string,
  values: Readonly<Record<string, string>>,
  owner: FileOwner,
): Promise<void> {
  const folder = await makeSecretFolder(services, folderName)
  for (const [name, value] of Object.entries(values)) {
    const path = join(folder, name)
    await writeFile(path, value, { mode: 0o400, flag: 'wx' })
    await give(path, owner)
  }
  await chmod(folder, 0o500)
  await give(folder, owner)
}

async function rootOf(services: ConsoleServices): Promise<string> {
  return resolve(services.appConfig.secretFilesDir, await instanceOf(services))
}

async function give(path: string, { uid, gid }: FileOwner): Promise<void> {
  if (uid === process.getuid?.() && gid === process.getgid?.()) return
  try {
    await chown(path, uid, gid)
  } catch (error) {
    const reason = `The server runs as user ${uid}, and this worker may not give files to that user (it is not root).`
    throw containerErrors.MCP_CONSOLE_SECRET_FILE_FAILED({ reason }, { cause: error })
  }
}

/** Removing one that is not there is no error. */
export async function removeSecretFiles(
  services: ConsoleServices,
  folderName: string,
): Promise<void> {
  if (!FOLDER_NAME.test(folderName)) return
  const folder = join(await rootOf(services), folderName)
  // Not root, the owner needs to be able to write into the folder in order to empty it.
  await chmod(folder, 0o700).catch(() => undefined)
  await rm(folder, { recursive: true, force: true })
}

/** Folders made before this moment (ms since the epoch), of running servers and of what a crash has left. */
export async function listSecretFolders(
  services: ConsoleServices,
  before: number,
): Promise<string[]> {
  const root = await rootOf(services)
  const names = await readdir(root).catch(() => [])
  const found: string[] = []
  for (const name of names.filter((one) => FOLDER_NAME.test(one))) {
    const info = await stat(join(root, name)).catch(() => undefined)
    if (info !== undefined && info.ctimeMs < before) found.push(name)
  }
  return found
}

/** What a running server was given, for masking its output; empty when this process may not read it. */
export async function readSecretFiles(
  services: ConsoleServices,
  folderName: string,
): Promise<string[]> {
  if (!FOLDER_NAME.test(folderName)) return []
  const folder = join(await rootOf(services), folderName)
  const names = await readdir(folder).catch(() => [])
  const read = names.map((name) => readFile(join(folder, name), 'utf8').catch(() => ''))
  return (await Promise.all(read)).filter((value) => value !== '')
}
