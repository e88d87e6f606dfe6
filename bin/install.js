// Plain JavaScript for Node 20: installs the dependencies when they are missing or out of date.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './hand-over.js'
import { node24, root } from './node24.js'

const MARK = join(root, 'node_modules/.minato-lock-hash')

function lockHash() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
}

/** Installs with the lock file, once for each version of it. Exits with npm's code if that fails. */
export async function ensureInstalled() {
  const hash = lockHash()
  const installed = existsSync(MARK) && readFileSync(MARK, 'utf8') === hash
  if (installed && node24() !== undefined) return
  // npm's progress goes to stderr: stdout belongs to the command that follows.
  const code = await run('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  })
  if (code !== 0) process.exit(code)
  writeFileSync(MARK, hash)
}
