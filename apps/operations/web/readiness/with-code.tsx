const CODE = /`([^`]+)`|\b([A-Z]{2,}(?:_[A-Z0-9]+)+)\b/g

/** A sentence of the audit: commands in backticks and names of variables stand out as code. */
export function WithCode({ text }: { text: string }) {
  const pieces: { at: number; text: string; code: boolean }[] = []
  let from = 0
  for (const match of text.matchAll(CODE)) {
    pieces.push({ at: from, text: text.slice(from, match.index), code: false })
    pieces.push({ at: match.index, text: match[1] ?? match[2] ?? '', code: true })
    from = match.index + match[0].length
  }
  pieces.push({ at: from, text: text.slice(from), code: false })
  return pieces.map(({ at, text: piece, code }) =>
    code ? <code key={`code-${at}`}>{piece}</code> : <span key={`text-${at}`}>{piece}</span>,
  )
}
