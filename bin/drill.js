// Plain JavaScript for Node 20: `npm run drill:NAME [-- options]`.
import { join } from 'node:path'
import { run } from './hand-over.js'
import { ensureInstalled } from './install.js'
import { node24, root } from './node24.js'

const [name = '', ...options] = process.argv.slice(2)
if (!/^[a-z]+$/.test(name)) throw new Error('Usage: node bin/drill.js NAME [options]')
await ensureInstalled()
process.exitCode = await run(node24(), [
  '--disable-warning=ExperimentalWarning',
  join(root, `bench/drills/${name}.ts`),
  ...options,
])
