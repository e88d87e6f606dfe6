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
