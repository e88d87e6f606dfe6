import type { Bilingual } from '../../config/index.ts'

/** One line of the cut-over checklist: what was looked at, what was seen, and what to do about it. */
export type Line = {
  id: string
  title: Bilingual
  /** `unproven`: it could not be looked at from here, and does not count as passed. */
  status: 'pass' | 'fail' | 'unproven'
  evidence: string
  mend: Bilingual
}

export type LineWords = Pick<Line, 'id' | 'title' | 'mend'>

/**
 * A line from what a look at it saw; a look that throws is a line that failed, with the reason.
 * @example
 * await lineOf(words, async () => ({ status: 'pass', evidence: 'TTL 60 s' }))
 */
export async function lineOf(
  words: LineWords,
  look: () => Promise<Pick<Line, 'status' | 'evidence'>>,
): Promise<Line> {
  try {
    return { ...words, ...(await look()) }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` [${String(error.code)}]` : ''
    const reason = error instanceof Error ? error.message : String(error)
    return { ...words, status: 'fail', evidence: `${reason}${code}` }
  }
}
