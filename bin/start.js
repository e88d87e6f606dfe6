// Plain JavaScript for Node 20: `npm start` on a bare machine.
import { join } from 'node:path'
import { run } from './hand-over.js'
import { ensureInstalled } from './install.js'
import { flags, node24, root } from './node24.js'

await ensureInstalled()
process.exitCode = await run(
  node24(),
  [...flags, join(root, 'bin/main.ts'), 'start', ...process.argv.slice(2)],
  { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], withParent: true },
)
