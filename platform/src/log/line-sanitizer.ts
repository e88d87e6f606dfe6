import { sanitizeLine } from './sanitize.ts'
import { MASK } from './scan-state.ts'

const BEGIN = /-----BEGIN[ A-Z0-9_-]{0,80}PRIVATE KEY(?: BLOCK)?-----/i
const END = /-----END[ A-Z0-9_-]{0,80}-----/i
/** Longer than any key; a block that never ends does not swallow the rest of the log. */
const MAX_BLOCK_LINES = 400

/** A sanitizer for a run of lines that remembers whether it is inside a private key written over several of them. */
export function createLineSanitizer(): (text: string) => string {
  let inside = 0
  const one = (line: string): string => {
    if (inside === 0) {
      const opened = BEGIN.test(line) && !END.test(line.slice(line.search(BEGIN) + 11))
      if (opened) inside = MAX_BLOCK_LINES
      return sanitizeLine(line)
    }
    inside--
    const end = END.exec(line)
    if (end !== null) {
      inside = 0
      return maskContent(line.slice(0, end.index)) + sanitizeLine(line.slice(end.index))
    }
    return maskContent(line)
  }
  return (text) => text.replace(/[^\r\n]+/g, one)
}

/** What a line of a key carries goes; its indentation and a prefix such as a time stay. */
function maskContent(line: string): string {
  return sanitizeLine(line.replace(/[A-Za-z0-9+/]{8,}={0,2}/g, MASK))
}
