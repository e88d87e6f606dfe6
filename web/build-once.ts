// A process of its own: the bundler's memory goes with it, and NODE_ENV is surely production.
import { argv, exit } from 'node:process'
import { build } from 'vite'
import { webConfig } from './vite.config.ts'

const outDir = argv[2]
if (outDir === undefined) {
  console.error('Usage: node web/build-once.ts OUT_DIR')
  exit(64)
}
await build({ ...webConfig(outDir), mode: 'production' })
