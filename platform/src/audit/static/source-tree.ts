import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export type SourceTree = {
  /** Whether the list is git's: an image or an unpacked archive has no history. */
  git: boolean
  /** Every file git does not ignore (without git, all but installed packages and data), with forward slashes. */
  paths: readonly string[]
  /** Undefined when there is no such file. */
  read(path: string): Promise<string | undefined>
  /** Those whose path fits. */
  matching(pattern: RegExp): string[]
}

/** Installed, made or belonging to the running system. */
const SKIPPED = /(^|\/)(node_modules|\.git)$|^(data|coverage|web\/dist)$/
const MAX_FILES = 50_000
const MAX_BYTES = 4 * 1024 * 1024

/**
 * The files of a checkout.
 *
 * @example const tree = await openSourceTree(root); await tree.read('deploy/compose.yml')
 */
export async function openSourceTree(root: string): Promise<SourceTree> {
  const git = existsSync(join(root, '.git'))
  const paths = git ? await notIgnored(root) : await walk(root)
  const texts = new Map<string, Promise<string | undefined>>()
  return {
    git,
    paths,
    matching: (pattern) => paths.filter((path) => pattern.test(path)),
    read(path) {
      const known = texts.get(path)
      if (known !== undefined) return known
      const text = readText(join(root, path))
      texts.set(path, text)
      return text
    },
  }
}

/** Also what is not committed yet: it will be with the next commit. */
async function notIgnored(root: string): Promise<string[]> {
  const { stdout } = await run(
    'git',
    ['-C', root, 'ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    {
      maxBuffer: 64 * 1024 * 1024,
    },
  )
  return stdout.split('\0').filter((path) => path !== '')
}

async function walk(root: string): Promise<string[]> {
  const found: string[] = []
  const folders = ['']
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) {
        if (!SKIPPED.test(path)) folders.push(path)
      } else if (entry.isFile()) found.push(path.replaceAll(sep, '/'))
    }
    if (found.length > MAX_FILES) throw new Error(`More than ${MAX_FILES} files under ${root}.`)
  }
  return found.sort()
}

async function readText(path: string): Promise<string | undefined> {
  try {
    if ((await stat(path)).size > MAX_BYTES) return undefined
    return await readFile(path, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR') return undefined
    throw error
  }
}
