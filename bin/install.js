// Plain JavaScript for Node 20: installs the dependencies when they are missing or out of date.
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './hand-over.js'
import { node24, root } from './node24.js'

/** npm writes its own record and the lock file moments apart. */
const SLACK_MS = 10_000

function modified(path) {
  return statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0
}

/** True when npm's record of what it installed is not older than the lock file. */
function isInstalled() {
  const installed = modified('node_modules/.package-lock.json')
  return (
    installed + SLACK_MS >= modified('package-lock.json') && installed > 0 && node24() !== undefined
  )
}

/** Installs what the lock file says, when that has not been done. Exits with npm's code if it fails. */
export async function ensureInstalled() {
  if (isInstalled()) return
  // npm's progress goes to stderr: stdout belongs to the command that follows.
  const code = await run('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  })
  if (code !== 0) process.exit(code)
}
