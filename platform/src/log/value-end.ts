import { isWord } from './characters.ts'
import type { Scan } from './scan-state.ts'

const CLOSING_OF: Record<string, string> = { '「': '」', '『': '』', '“': '”', '‘': '’' }

/** Where the string that opened with `quote` before `start` ends: at its closing mark, or the line's end. */
export function quotedEnd(scan: Scan, start: number, quote: string): number {
  const closing = CLOSING_OF[quote]
  if (closing !== undefined) return nextOnLine(scan, closing, start)
  const last = quote.charCodeAt(quote.length - 1)
  if (last !== 34 && last !== 39 && last !== 96) return nextOnLine(scan, quote, start)
  const end = matchingQuote(scan, start, last, quote.length - 1)
  return end === -1 ? lineEnd(scan, start) : end
}

function matchingQuote(scan: Scan, start: number, mark: number, slashes: number): number {
  const { text, json } = scan
  let run = 0
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 92) {
      run++
      continue
    }
    if (code === mark && closes(run, slashes)) return i - Math.min(run, slashes)
    // A mark with fewer backslashes belongs to a string further out.
    if (code === 34 && (run < slashes || (json && mark !== 34 && run % 2 === 0))) return i - run
    if (code === 10 || code === 13) return i
    run = 0
  }
  return -1
}

/** A mark opened behind n backslashes closes behind n, or behind n and whole escaped backslashes of its own depth. */
function closes(run: number, slashes: number): boolean {
  return run >= slashes && (run - slashes) % (2 * (slashes + 1)) === 0
}

/** The next `closing` on this line, or the line's end. What was looked for in vain is not looked for again. */
function nextOnLine(scan: Scan, closing: string, start: number): number {
  let found = scan.closings.get(closing)
  if (found === undefined || found < start) {
    found = scan.text.indexOf(closing, start)
    if (found === -1) found = Number.POSITIVE_INFINITY
    scan.closings.set(closing, found)
  }
  return Math.min(found, lineEnd(scan, start))
}

/** The end of an element's text: the next tag, less the blanks before it. */
export function tagEnd(scan: Scan, start: number): number {
  let end = nextOnLine(scan, '<', start)
  while (end > start && scan.text.charCodeAt(end - 1) <= 32) end--
  return end
}

/** The end of the line, of its text form `\n`, or in JSON of the string. */
export function lineEnd(scan: Scan, start: number): number {
  if (start >= scan.lineFrom && start <= scan.lineTo) return scan.lineTo
  const { text, json } = scan
  let i = start
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 10 || code === 13 || (json && code === 34)) break
    if (code !== 92) continue
    const next = text.charCodeAt(i + 1)
    if (next === 110 || next === 114 || (json && next === 34)) break
    i++
  }
  scan.lineFrom = start
  scan.lineTo = Math.min(i, text.length)
  return scan.lineTo
}

/** Values from this length on are remembered, so that text without blanks is not read again at every name in it. */
const LONG = 512

/** The end of a value without quotes. */
export function bareEnd(scan: Scan, start: number, inUrl: boolean): number {
  const { text } = scan
  // Read before and passed over: values inside it end where it ends.
  if (start > scan.bareFrom && start < scan.bareTo) return scan.bareTo
  let depth = 0
  let i = start
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 127) {
      if (isWide(code)) break
      continue
    }
    const act = BARE[code]
    if (act === 0) continue
    if (act === 1) break
    if (act === OPENS) depth++
    else if (act === CLOSES && depth > 0) depth--
    else if (endsAt(text, i, code, inUrl)) break
    else if (code === 92) i = slashesEnd(text, i)
  }
  i = Math.min(i, text.length)
  if (i - start > LONG) {
    scan.bareFrom = start
    scan.bareTo = i
  }
  // The full stop of a sentence is not part of the value.
  const after = text.charCodeAt(i)
  if (!(after > 32) || after === 34 || after === 92) {
    while (i > start + 1 && text.charCodeAt(i - 1) === 46) i--
  }
  return i
}

/** Whether a mark that may belong to a value ends it here. */
function endsAt(text: string, at: number, code: number, inUrl: boolean): boolean {
  const next = text.charCodeAt(at + 1)
  if (code === 92) return endsAtEscape(text, at)
  if (code === 37) return /^%(?:22|27|26|20|0[aAdD]|3[bB])/.test(text.slice(at, at + 3))
  if (code === 38) return inUrl || AND.test(text.slice(at, at + 72))
  if (code === 60)
    return next === 47 || next === 33 || /^<[a-zA-Z][^<>\s]{0,40}>/.test(text.slice(at, at + 44))
  if (code === 44 || code === 59)
    return !isWord(next) || /^[,;]\s?[\w.-]{1,40}[=:]/.test(text.slice(at, at + 48))
  if (code === 124) return !(next > 32) || next === 124
  return !isWord(next)
}
const AND = /^&(?:(?:amp;)?[\w.%[\]-]{1,60}=|quot;|apos;|#3[49];|lt;)/

function slashesEnd(text: string, at: number): number {
  let i = at
  while (text.charCodeAt(i) === 92) i++
  return i
}

/** Escapes that stand for a blank, a quote or a line end close a bare value at any depth; other backslashes belong to it. */
function endsAtEscape(text: string, at: number): boolean {
  const end = slashesEnd(text, at)
  const code = text.charCodeAt(end)
  if (code === 117) return /^u(?:002[0267]|003[cCeE]|000[aAdD9])/.test(text.slice(end, end + 5))
  return (
    code === 110 || code === 114 || code === 116 || code === 34 || code === 39 || end >= text.length
  )
}

/** 0 goes on, 1 ends; the others depend on what stands around. */
const DEPENDS = 2
const OPENS = 3
const CLOSES = 4
const BARE = new Uint8Array(128)
for (let code = 0; code <= 32; code++) BARE[code] = 1
BARE[34] = 1
for (const mark of "\\&,;<>|'`%") BARE[mark.charCodeAt(0)] = DEPENDS
for (const mark of '([{') BARE[mark.charCodeAt(0)] = OPENS
for (const mark of ')]}') BARE[mark.charCodeAt(0)] = CLOSES

const isWide = (code: number) =>
  (code >= 0x3000 && code <= 0x303f) || code === 0x00a0 || code === 0x2028 || code === 0xfeff
