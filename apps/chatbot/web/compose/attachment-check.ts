import type { Settings } from '../shapes.ts'

/** By the ending of the name: browsers give no type, or a wrong one, for .md and .csv. */
const TYPES: Record<string, string> = {
  pdf: 'application/pdf',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  txt: 'text/plain',
  md: 'text/markdown',
  markdown: 'text/markdown',
  csv: 'text/csv',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
}

/** For the file chooser. */
export const ACCEPT = Object.keys(TYPES)
  .map((ending) => `.${ending}`)
  .join(',')

export type Refusal = { name: string; reason: 'type' | 'size' | 'empty' | 'count' }

/**
 * The same limits as the server's, said before anything is sent. The server judges by content and
 * has the last word.
 */
export function checkFiles(
  present: readonly File[],
  added: readonly File[],
  { maxFiles, maxFileBytes }: Settings,
): { files: File[]; refusals: Refusal[] } {
  const files = [...present]
  const refusals: Refusal[] = []
  for (const file of added) {
    const reason = reasonAgainst(file, files.length, maxFiles, maxFileBytes)
    if (reason === undefined) files.push(file)
    else refusals.push({ name: file.name, reason })
  }
  return { files, refusals }
}

function reasonAgainst(
  file: File,
  count: number,
  maxFiles: number,
  maxFileBytes: number,
): Refusal['reason'] | undefined {
  const ending = file.name.split('.').at(-1)?.toLowerCase() ?? ''
  if (!(ending in TYPES) && !Object.values(TYPES).includes(file.type)) return 'type'
  if (file.size === 0) return 'empty'
  if (file.size > maxFileBytes) return 'size'
  return count >= maxFiles ? 'count' : undefined
}
