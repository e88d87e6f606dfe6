import type { ConsoleServices } from '../config.ts'
import { asking, docker, dockerStatus } from './docker.ts'
import { containerErrors } from './errors.ts'
import type { FileOwner } from './secret-files.ts'

const TAR_BLOCK = 512
const MAX_PASSWD_BYTES = 1024 * 1024

/**
 * The user a container's process will have: `1000`, `1000:1000`, or a name that the image's own /etc/passwd explains.
 * @throws {MinatoError} MCP_CONSOLE_SECRET_FILE_FAILED when the name is not in there
 */
export async function serverUser(
  services: ConsoleServices,
  dockerId: string,
  user: string,
): Promise<FileOwner> {
  const [name = '', group] = user.split(':')
  if (name === '' || name === 'root') return { uid: 0, gid: 0 }
  if (/^\d+$/.test(name)) {
    const uid = Number(name)
    return { uid, gid: group !== undefined && /^\d+$/.test(group) ? Number(group) : 0 }
  }
  const line = (await readPasswd(services, dockerId))
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`))
  const [, , uid, gid] = line?.split(':') ?? []
  if (uid === undefined || gid === undefined || !/^\d+$/.test(uid) || !/^\d+$/.test(gid)) {
    const reason = `The image runs as "${name}", whom its /etc/passwd does not name.`
    throw containerErrors.MCP_CONSOLE_SECRET_FILE_FAILED({ reason })
  }
  return { uid: Number(uid), gid: Number(gid) }
}

async function readPasswd(services: ConsoleServices, dockerId: string): Promise<string> {
  const archive = await asking(services, async () => {
    try {
      return await docker(services).getContainer(dockerId).getArchive({ path: '/etc/passwd' })
    } catch (error) {
      if (dockerStatus(error) === 404) return undefined
      throw error
    }
  })
  if (archive === undefined) return ''
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of archive) {
    pieces.push(piece as Buffer)
    size += (piece as Buffer).length
    if (size > MAX_PASSWD_BYTES) break
  }
  // A tar of one file: its header, then its bytes. The length is in octal (POSIX ustar).
  const tar = Buffer.concat(pieces)
  const length = Number.parseInt(tar.toString('latin1', 124, 136), 8)
  return Number.isNaN(length) ? '' : tar.toString('utf8', TAR_BLOCK, TAR_BLOCK + length)
}
