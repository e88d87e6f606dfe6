import { spawn } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { glob, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'

const SOURCES = [
  'web/src/**/*.*',
  'web/index.html',
  'web/*.ts',
  'web/package.json',
  'apps/*/web/**/*.*',
  'package-lock.json',
]

/** What {@link buildWeb} may be told. */
export type BuildOptions = {
  /** Build although nothing has changed. */
  force?: boolean
  /** Told one line when a build starts and one when it is done. */
  report?: (line: string) => void
}

/**
 * Builds the browser code into `web/dist`, unless the sources are those of the last build.
 * The build is written beside and then moved in, so a running server never serves half of one.
 *
 * @example
 * await buildWeb('/srv/minato')
 */
export async function buildWeb(root: string, options: BuildOptions = {}): Promise<void> {
  const dist = join(root, 'web/dist')
  const stamp = join(dist, '.build-hash')
  // An image of production holds what was built, not what it was built from.
  if (!options.force && existsSync(stamp) && !existsSync(join(root, 'web/index.html'))) return
  const hash = await hashSources(root)
  if (!options.force && existsSync(stamp) && (await readFile(stamp, 'utf8')) === hash) return
  const startedAt = performance.now()
  options.report?.('Building the browser code …')
  const next = join(root, `web/.dist-${randomUUID()}`)
  try {
    await runBuild(next)
    await writeFile(join(next, '.build-hash'), hash)
    await moveIn(next, dist)
  } finally {
    await rm(next, { recursive: true, force: true })
  }
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  options.report?.(`Built the browser code in ${seconds} s`)
}

async function runBuild(outDir: string): Promise<void> {
  const once = fileURLToPath(new URL('./build-once.ts', import.meta.url))
  const child = spawn(process.execPath, [once, outDir], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_ENV: 'production' },
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-8000)
    })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve)
  })
  if (code !== 0)
    throw new Error(
      `The browser code could not be built:\n${stripVTControlCharacters(said).trim()}`,
    )
}

/** Swaps the folders; of two builds at once the later one stays. */
async function moveIn(next: string, dist: string): Promise<void> {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const old = `${next}-old-${attempt}`
    try {
      if (existsSync(dist)) await rename(dist, old)
      await rename(next, dist)
      return
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      if (attempt === 4 || (code !== 'ENOENT' && code !== 'ENOTEMPTY')) throw error
    } finally {
      await rm(old, { recursive: true, force: true })
    }
  }
}

async function hashSources(root: string): Promise<string> {
  const files: string[] = []
  const exclude = (path: string) => /(^|\/)(node_modules|dist|\.dist-.*)$|\.test\.tsx?$/.test(path)
  for await (const file of glob(SOURCES, { cwd: root, exclude })) files.push(file)
  const hash = createHash('sha256')
  for (const file of files.sort()) {
    hash.update(file).update('\0')
    hash.update(await readFile(join(root, file))).update('\0')
  }
  return hash.digest('hex')
}
