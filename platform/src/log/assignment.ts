/**
 * What follows a name: `"password": "x"`, `\"password\":\"x\"`, `password=x`, `password: x`, `<password>x</password>`,
 * `--password x`. Reading is by position in the text; nothing is copied until a value must be judged.
 */
export type Assignment = {
  /** Where the value's own characters begin and end, quotes not included. */
  start: number
  end: number
  /** The name itself stood in quotes, as in JSON: the strongest sign of a field. */
  keyQuoted: boolean
  /** The value stood in quotes. */
  quoted: boolean
  operator: string
  /** The text of a quotation mark at this depth of escaping, to write a string where a number stood. */
  quote: string
}

const QUOTE = String.raw`(?:\\{0,15}["'\x60]|\\{1,15}u002[27]|%(?:25)*2[27]|&(?:quot|apos|#3[49]);)`
const BLANK = String.raw`(?:[ \t\u3000]|\\[tnr]|[\r\n])`
const OPERATOR = String.raw`(?::{1,3}=|[?+.|]{1,2}=|={1,3}>?|->|:|,|\|{1,2}|>|\(|：|＝|%(?:25)*3[dDaA]|\\{1,15}u003[dDaA]|&#(?:58|61);)`

/** Closing quote or bracket of the name, blanks, an optional type, the operator. */
const BETWEEN = new RegExp(
  `(${QUOTE})?[\\])]?${BLANK}{0,8}(?::?[ \\t]?(?:&?(?:'static )?[sS]tr(?:ing)?|String\\?|SecureString|\\[\\]byte|const char\\*)[ \\t]{1,3}(?==))?(${OPERATOR})`,
  'y',
)
/** Blanks, a block mark of YAML, a wrapping call, then the opening quote. */
const OPENING = new RegExp(
  `(?:${BLANK}{0,8}(?:[|>][+-]?${BLANK}{1,12})?)(?:(?:[A-Za-z_][\\w.]{0,30}|\\[\\]byte)\\((?=[\\\\"'\`]))?(?:[bfru]{1,2}(?=["']))?(${QUOTE}|[「『“‘])?`,
  'y',
)
const CLOSING_OF: Record<string, string> = { '「': '」', '『': '』', '“': '”', '‘': '’' }

/**
 * Reads the value that belongs to the name ending at `nameEnd`, or undefined when no assignment follows.
 *
 * @param json the text is JSON: an unescaped quotation mark ends whatever is being read
 * @param inUrl the name is a parameter of a URL: an ampersand ends its value
 */
export function readAssignment(
  text: string,
  nameEnd: number,
  json: boolean,
  inUrl: boolean,
): Assignment | undefined {
  BETWEEN.lastIndex = nameEnd
  const between = BETWEEN.exec(text)
  if (between === null) return undefined
  const keyQuote = between[1]
  const operator = between[2] ?? ''
  if (keyQuote === undefined && operator === ',' && text.charCodeAt(BETWEEN.lastIndex) <= 32)
    return undefined
  OPENING.lastIndex = BETWEEN.lastIndex
  const opening = OPENING.exec(text)
  const start = opening === null ? BETWEEN.lastIndex : OPENING.lastIndex
  const quote = opening?.[1]
  const end =
    quote === undefined ? bareEnd(text, start, inUrl) : quotedEnd(text, start, quote, json)
  return {
    start,
    end,
    keyQuoted: keyQuote !== undefined,
    quoted: quote !== undefined,
    operator,
    quote: keyQuote ?? '"',
  }
}

/** Where the string that opened with `quote` before `start` ends: at its closing mark, or the line's end. */
export function quotedEnd(text: string, start: number, quote: string, json: boolean): number {
  const closing = CLOSING_OF[quote]
  if (closing !== undefined) return boundedIndexOf(text, closing, start, json)
  const last = quote.charCodeAt(quote.length - 1)
  if (last !== 34 && last !== 39 && last !== 96) return boundedIndexOf(text, quote, start, json)
  return matchingQuote(text, start, last, quote.length - 1, json)
}

function matchingQuote(text: string, start: number, mark: number, slashes: number, json: boolean) {
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
  return text.length
}

/** A mark opened behind n backslashes closes behind n, or behind n and whole escaped backslashes of its own depth. */
function closes(run: number, slashes: number): boolean {
  return run >= slashes && (run - slashes) % (2 * (slashes + 1)) === 0
}

function boundedIndexOf(text: string, closing: string, start: number, json: boolean): number {
  const found = text.indexOf(closing, start)
  const line = lineEnd(text, start, json)
  return found === -1 || found > line ? line : found
}

/** The end of the line, of its text form `\n`, or in JSON of the string. */
export function lineEnd(text: string, start: number, json: boolean): number {
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 10 || code === 13 || (json && code === 34)) return i
    if (code === 92) {
      const next = text.charCodeAt(i + 1)
      if (next === 110 || next === 114 || (json && next === 34)) return i
      i++
    }
  }
  return text.length
}

/** The end of a value without quotes. */
export function bareEnd(text: string, start: number, inUrl: boolean): number {
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 127) {
      if (isWide(code)) return i
      continue
    }
    const act = BARE[code]
    if (act === 0) continue
    if (act === 1) return i
    const next = text.charCodeAt(i + 1)
    if (code === 92) {
      if (endsAtEscape(text, i, next)) return i
      i++
    } else if (code === 37) {
      if (/^%(?:22|27|26|20|0[aAdD]|3[bB])/.test(text.slice(i, i + 3))) return i
    } else if (code === 38) {
      if (
        inUrl ||
        /^&(?:(?:amp;)?[\w.%[\]-]{1,60}=|quot;|apos;|#3[49];|lt;)/.test(text.slice(i, i + 72))
      )
        return i
    } else if (code === 39 || code === 96) {
      if (!isWord(next)) return i
    } else if (code === 44) {
      if (!isWord(next) || /^,[\w.-]{1,40}[=:]/.test(text.slice(i, i + 48))) return i
    } else if (!isWord(next)) return i
  }
  return text.length
}

/** Escapes that stand for a blank, a quote or a line end close a bare value; a doubled backslash belongs to it. */
function endsAtEscape(text: string, at: number, next: number): boolean {
  if (next === 92) return text.charCodeAt(at + 2) === 34 || text.charCodeAt(at + 2) === 39
  if (next === 117) return /^\\u(?:002[0267]|003[cCeE]|000[aAdD9])/.test(text.slice(at, at + 6))
  return (
    next === 110 ||
    next === 114 ||
    next === 116 ||
    next === 34 ||
    next === 39 ||
    next === 47 ||
    Number.isNaN(next)
  )
}

/** 0 goes on, 1 ends, 2 depends on what follows. */
const BARE = new Uint8Array(128)
for (let code = 0; code <= 32; code++) BARE[code] = 1
for (const mark of '"<>;|') BARE[mark.charCodeAt(0)] = 1
for (const mark of "\\&,)]}'`%") BARE[mark.charCodeAt(0)] = 2

const isWide = (code: number) =>
  (code >= 0x3000 && code <= 0x303f) || code === 0x00a0 || code === 0x2028 || code === 0xfeff

/** ASCII letter, digit or underscore. */
export function isWord(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95
  )
}
