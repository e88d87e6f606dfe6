// Plain JavaScript for Node 20: `npm test [-- FILE…]` on a bare machine.
import { join } from 'node:path'
import { run } from './hand-over.js'
import { ensureInstalled } from './install.js'
import { node24, root } from './node24.js'

await ensureInstalled()
process.exitCode = await run(node24(), [
  '--disable-warning=ExperimentalWarning',
  join(root, 'test/run.ts'),
  ...process.argv.slice(2),
])
