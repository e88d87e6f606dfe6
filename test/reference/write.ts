import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { referencePages } from './pages.ts'

// `npm run docs`: writes the pages of docs/reference that come from the code.
const ROOT = dirname(dirname(import.meta.dirname))
for (const [path, text] of Object.entries(await referencePages())) {
  await writeFile(join(ROOT, path), text)
  process.stdout.write(`${path}\n`)
}
