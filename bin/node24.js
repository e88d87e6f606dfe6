// Plain JavaScript for Node 20: finds the Node 24 that comes with the dependencies.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Path of a Node that runs TypeScript (24 or newer), or undefined before installation. */
export function node24() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
  const installed = join(root, 'node_modules/node/bin/node')
  return existsSync(installed) ? installed : undefined
}

/**
 * Bounds for V8, which otherwise takes what the machine has: up to 128 MB of room for new objects once a server was
 * busy (16 MB a half cost no measurable speed), and the more for old ones, the larger the machine (a busy web process
 * held 370 MB of them without the bound and 260 with it). NODE_OPTIONS may say another bound.
 */
export const flags = [
  '--disable-warning=ExperimentalWarning',
  '--max-semi-space-size=16',
  ...(/--max-old-space-size/.test(process.env['NODE_OPTIONS'] ?? '')
    ? []
    : ['--max-old-space-size=512']),
]
