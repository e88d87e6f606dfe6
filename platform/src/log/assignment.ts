import type { Scan } from './scan-state.ts'
import { bareEnd, quotedEnd, tagEnd } from './value-end.ts'

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
  /** A blank stands after the operator. */
  spaced: boolean
  /** The text of a quotation mark at this depth of escaping, to write a string where a number stood. */
  quote: string
}

const QUOTE = String.raw`(?:\\{0,15}["'\x60]|\\{1,15}u002[27]|%(?:25)*2[27]|&(?:quot|apos|#3[49]);)`
const BLANK = String.raw`(?:[ \t\u3000]|\\{1,15}[tnr]|[\r\n])`
const OPERATOR = String.raw`(?::{1,3}=|[?+.|]{1,2}=|={1,3}>?|->|:|,|\|{1,2}|>|\(|：|＝|%(?:25)*3[dDaA]|\\{1,15}u003[dDaA]|&#(?:58|61);)`

const WRAPPED = String.raw`(?:((?:[A-Za-z_][\w.]{0,30}|\[\]byte))\((?=[\\"'\x60]))?(?:[bfru]{1,2}(?=["']))?`

/** Closing quote or bracket of the name, blanks, an optional type, the operator. */
const BETWEEN = new RegExp(
  `(${QUOTE})?[\\])]?(?:[ \\t\\u3000]|\\\\t){0,8}(?::?[ \\t]?(?:&?(?:'static )?[sS]tr(?:ing)?|String\\?|SecureString|\\[\\]byte|const char\\*)[ \\t]{1,3}(?==))?(${OPERATOR})`,
  'y',
)
/** Blanks, a block mark of YAML and its line end, a wrapping call, then the opening quote. */
const OPENING = new RegExp(
  `(?:[ \\t\\u3000]|\\\\t){0,20}(?:[|>][+-]?${BLANK}{1,40})?${WRAPPED}(${QUOTE}|[「『“‘])?`,
  'y',
)
/** In XML the value may stand on a line of its own. */
const OPENING_XML = new RegExp(`${BLANK}{0,40}${WRAPPED}(${QUOTE}|[「『“‘])?`, 'y')
/** A call that wraps a value: `Secret('x')`. In other calls what stands in the brackets is a name: `config.get('x')`. */
const WRAPPER =
  /(?:^|\.)(?:Secret|SecretStr|SecureString|String|Buffer|from|bytes?|\[\]byte|str|encode|decode|b64decode|atob|btoa|hash|hex)$/i
const CLOSING_TAG = /^(?:\s|\\{1,15}[nrt]){0,40}<\\{0,15}\//

/**
 * Reads the value that belongs to the name ending at `nameEnd`, or undefined when no assignment follows.
 *
 * @param place `url`: the name is a parameter, and an ampersand ends its value; `pair`: the name is the word `value`
 */
export function readAssignment(
  scan: Scan,
  nameEnd: number,
  place: 'text' | 'url' | 'pair',
): Assignment | undefined {
  const { text } = scan
  BETWEEN.lastIndex = nameEnd
  const between = BETWEEN.exec(text)
  if (between === null) return undefined
  const keyQuote = between[1]
  const operator = between[2] ?? ''
  if (
    keyQuote === undefined &&
    place !== 'pair' &&
    operator === ',' &&
    text.charCodeAt(BETWEEN.lastIndex) <= 32
  )
    return undefined
  const reader = operator === '>' ? OPENING_XML : OPENING
  reader.lastIndex = BETWEEN.lastIndex
  const opening = reader.exec(text)
  const start = opening === null ? BETWEEN.lastIndex : reader.lastIndex
  const quote = opening?.[2]
  if (opening?.[1] !== undefined && !WRAPPER.test(opening[1])) return undefined
  if (
    quote !== undefined &&
    keyQuote === undefined &&
    place !== 'pair' &&
    isClosingQuote(text, BETWEEN.lastIndex, start, quote)
  )
    return undefined
  const end = endOfValue(scan, start, quote, operator, place)
  if (operator === '>' && !CLOSING_TAG.test(text.slice(end, end + 60))) return undefined
  return {
    start,
    end,
    keyQuoted: keyQuote !== undefined,
    quoted: quote !== undefined,
    operator,
    spaced: text.charCodeAt(BETWEEN.lastIndex) === 32,
    quote: keyQuote ?? '"',
  }
}

function endOfValue(
  scan: Scan,
  start: number,
  quote: string | undefined,
  operator: string,
  place: string,
): number {
  if (quote !== undefined) return quotedEnd(scan, start, quote)
  return operator === '>' ? tagEnd(scan, start) : bareEnd(scan, start, place === 'url')
}

/** `"password=" + value`: the quote after the operator closes the string that the name stands in. */
function isClosingQuote(text: string, operatorEnd: number, start: number, quote: string): boolean {
  const after = text.slice(start, start + 8)
  // Nothing but an operator or a bracket of the language follows.
  if (/^[ \t]*(?:[+,;)\]](?:[\s;),]|$)|$)/.test(after)) return true
  if (start - quote.length !== operatorEnd || !/^[ \t]/.test(after)) return false
  const line = text.slice(
    Math.max(text.lastIndexOf('\n', operatorEnd) + 1, operatorEnd - 2000),
    operatorEnd,
  )
  return line.split(quote).length % 2 === 0
}
