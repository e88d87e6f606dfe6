/** One quotable sentence with where it stands. */
export type Passage = { source: string | null; page: number | null; text: string }
export type Sources = { passages: Passage[]; names: string[]; rest: string }

const FILE_NAME = /([^\s"'「」()<>[\]=:/\\]+\.(?:pdf|docx?|txt|md|csv|xlsx?|pptx?|html?))/i
/** What names a source, the best first: `source="upload"` says only where it came from. */
const NAME_ATTRIBUTES = ['name', 'file(?:name)?', 'title', 'source'].map(
  (label) => new RegExp(`\\b${label}\\s*[=:]\\s*["“「']([^"”」']+)["”」']`, 'i'),
)
const PROVENANCE = /^(?:upload|uploaded|retrieved|pasted|tool|web|user|file)$/i
const PAGE_ATTRIBUTE = /\bpage\s*[=:]\s*["']?(\d+)/i
const OPENING = /^\s*(?:<{1,3}|\[|-{3,}|={3,}|`{3})\s*(?!\/|end\b)/i
const CLOSING =
  /^\s*(?:<{1,3}\s*(?:\/|end\b)|-{3,}\s*end\b|={3,}\s*end\b|\[\s*(?:\/|end\b)|>{3}\s*$)/i
const QUESTION_LABEL = /^\s*(?:question|q|質問|ご質問|問い)\s*[::]\s*/i
const PAGE_MARK =
  /\[\s*(?:page|p\.?)\s*(\d+)(?:\s*(?:\/|of)\s*\d+)?\s*\]|[[【]\s*(?:p\.?\s*)?(\d+)\s*(?:ページ|頁)\s*[\]】]|[-=]{2,}\s*(?:page|p\.)\s*(\d+)\s*[-=]{2,}/gi

type State = { inside: boolean; source: string | null; page: number | null }

/**
 * Finds labelled sources in a text: blocks whose opening line carries `name="…"` (or `file=`,
 * `title=` …), and pages marked `[page N]`, `[p. N]`, `【Nページ】` or `--- page N ---`. Whatever
 * stands outside of them is the question.
 */
export function readSources(text: string): Sources {
  const state: State = { inside: false, source: null, page: null }
  const blocks: Passage[] = []
  const names = new Set<string>()
  const rest: string[] = []
  for (const line of text.split('\n')) {
    if (CLOSING.test(line)) {
      state.inside = false
      continue
    }
    const name = OPENING.test(line) ? nameOf(line) : undefined
    if (name !== undefined) {
      const source = PROVENANCE.test(name) ? null : name
      if (source !== null) names.add(source)
      const page = PAGE_ATTRIBUTE.exec(line)?.[1]
      Object.assign(state, { inside: true, source, page: page ? Number(page) : null })
      continue
    }
    if (state.inside && QUESTION_LABEL.test(line)) state.inside = false
    readLine(line, state, blocks, rest)
  }
  for (const block of blocks) if (block.source) names.add(block.source)
  return {
    passages: blocks.flatMap(splitSentences),
    names: [...names],
    rest: rest.join('\n').trim(),
  }
}

function nameOf(line: string): string | undefined {
  for (const attribute of NAME_ATTRIBUTES) {
    const name = attribute.exec(line)?.[1]
    if (name !== undefined) return name
  }
  return undefined
}

/** Splits a line at its page marks and files each piece under the page it stands on. */
function readLine(line: string, state: State, blocks: Passage[], rest: string[]): void {
  let from = 0
  for (const mark of line.matchAll(PAGE_MARK)) {
    keep(line.slice(from, mark.index), state, blocks, rest)
    state.page = Number(mark[1] ?? mark[2] ?? mark[3])
    state.inside = true
    from = mark.index + mark[0].length
  }
  keep(line.slice(from), state, blocks, rest)
}

function keep(text: string, state: State, blocks: Passage[], rest: string[]): void {
  if (!state.inside) {
    // A file named just before the pages is the file the pages belong to.
    state.source = FILE_NAME.exec(text)?.[1] ?? state.source
    rest.push(text)
    return
  }
  const last = blocks.at(-1)
  const line = text.replace(/^\s*[>|]\s?/, '').trim()
  if (last && last.source === state.source && last.page === state.page) last.text += `\n${line}`
  else blocks.push({ source: state.source, page: state.page, text: line })
}

const ENDS_SENTENCE = /[。.!?!?::」)]$/
const WRAPPED_LINE_CHARS = 15

/** Lines a layout has wrapped are joined again, then cut at the end of sentences. */
function splitSentences(block: Passage): Passage[] {
  const paragraphs: string[] = []
  let open = false
  for (const line of block.text.split('\n')) {
    if (open && line !== '') {
      const before = paragraphs.pop() ?? ''
      const glue = /[ -~]$/.test(before) && /^[ -~]/.test(line) ? ' ' : ''
      paragraphs.push(before + glue + line)
    } else if (line !== '') paragraphs.push(line)
    open = line.length >= WRAPPED_LINE_CHARS && !ENDS_SENTENCE.test(line)
  }
  return paragraphs
    .flatMap((paragraph) => paragraph.split(/(?<=[。!?])|(?<=[.!?])\s+/u))
    .map((sentence) => ({ ...block, text: withoutRadicals(sentence.trim()) }))
    .filter((sentence) => sentence.text !== '')
}

/** PDF fonts often map 日 to its Kangxi radical ⽇, which looks alike and matches nothing. */
function withoutRadicals(text: string): string {
  return text.replace(/[\u2e80-\u2fdf]/g, (radical) => radical.normalize('NFKC'))
}
