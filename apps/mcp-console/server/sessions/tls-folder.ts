import { chown, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { ConsoleServices } from '../config.ts'
import { instanceOf } from '../containers/index.ts'
import type { Bundle } from './certificates.ts'

/** Where the container finds its side: ca.pem, cert.pem and key.pem. */
export const TLS_TARGET = '/run/minato/tls'

export type ClientFiles = { ca: string; cert: string; key: string }

/**
 * Folder of all sessions' certificates: on a volume that every process of the system has. Installations may share the
 * volume, so each has a folder of its own in it.
 */
export async function tlsRoot(services: ConsoleServices): Promise<string> {
  const { sessionTlsDir } = services.appConfig
  const shared = sessionTlsDir ?? join(services.config.core.dataDir, 'mcp-console', 'session-tls')
  return resolve(shared, await instanceOf(services))
}

/** Makes the empty folder of a session; gives what its container mounts. */
export async function makeTlsFolder(services: ConsoleServices, sessionId: string): Promise<string> {
  const folder = join(await tlsRoot(services), sessionId, 'server')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  return folder
}

/**
 * Writes a session's certificates, keys readable by their owner alone. The container sees its own side only.
 *
 * @param owner whom the server's side belongs to: the user of the container's process
 */
export async function fillTlsFolder(
  services: ConsoleServices,
  sessionId: string,
  bundle: Bundle,
  owner: { uid: number; gid: number },
): Promise<void> {
  for (const side of ['server', 'client'] as const) {
    const folder = join(await tlsRoot(services), sessionId, side)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const { cert, key } = bundle[side]
    const files = { 'ca.pem': bundle.ca, 'cert.pem': cert, 'key.pem': key }
    for (const [name, text] of Object.entries(files)) {
      await writeFile(join(folder, name), text, { mode: 0o600 })
    }
    if (side === 'server' && mustChange(owner)) {
      for (const name of ['', ...Object.keys(files)]) {
        await chown(join(folder, name), owner.uid, owner.gid)
      }
    }
  }
}

/** The client's side, to speak to the session's server with. */
export async function readClientFiles(
  services: ConsoleServices,
  sessionId: string,
): Promise<ClientFiles> {
  const folder = join(await tlsRoot(services), sessionId, 'client')
  const [ca, cert, key] = await Promise.all(
    ['ca.pem', 'cert.pem', 'key.pem'].map((name) => readFile(join(folder, name), 'utf8')),
  )
  return { ca: ca ?? '', cert: cert ?? '', key: key ?? '' }
}

export async function removeTlsFolder(services: ConsoleServices, sessionId: string): Promise<void> {
  await rm(join(await tlsRoot(services), sessionId), { recursive: true, force: true })
}

/** Ids of the sessions that have a folder. */
export async function listTlsFolders(services: ConsoleServices): Promise<string[]> {
  try {
    return (await readdir(await tlsRoot(services))).filter((name) => /^[\da-f-]{36}$/.test(name))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

function mustChange({ uid, gid }: { uid: number; gid: number }): boolean {
  return uid !== process.getuid?.() || gid !== process.getgid?.()
}
