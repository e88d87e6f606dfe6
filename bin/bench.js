// Plain JavaScript for Node 20: `npm run bench [-- NAME [--json]]`.
import { join } from 'node:path'
import { run } from './hand-over.js'
import { ensureInstalled } from './install.js'
import { node24, root } from './node24.js'

await ensureInstalled()
process.exitCode = await run(node24(), [
  '--disable-warning=ExperimentalWarning',
  join(root, 'bench/main.ts'),
  ...process.argv.slice(2),
])
