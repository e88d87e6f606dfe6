export const MASK = '[secret]'

/** The output of one scan: copied pieces and masks, in order. */
export type Scan = {
  text: string
  /** The text is a JSON document, so quotation marks and escapes must stay whole. */
  json: boolean
  /** Everything before this position is decided. */
  done: number
  /** The parts of the text that are manifests of Kubernetes secrets, once somebody asked. */
  secretDocuments?: [number, number][]
  /** What was read before and need not be read again: the last long bare value, the last line, closing marks. */
  bareFrom: number
  bareTo: number
  lineFrom: number
  lineTo: number
  closings: Map<string, number>
  /** Steps left for walking into objects under a secret's name: bounds the work on hostile nesting. */
  steps: number
  /** Replaces [start, end) and returns `end`, from where the scan goes on. */
  mask(start: number, end: number, replacement?: string): number
  finish(): string
}

export function startScan(text: string): Scan {
  let out = ''
  const scan: Scan = {
    text,
    json: looksLikeJson(text),
    done: 0,
    bareFrom: -1,
    bareTo: -1,
    lineFrom: -1,
    lineTo: -1,
    closings: new Map(),
    steps: 20_000 + 2 * text.length,
    mask(start, end, replacement = MASK) {
      const from = Math.max(start, scan.done)
      if (end <= from) return Math.max(end, scan.done)
      out += text.slice(scan.done, from) + replacement
      scan.done = end
      return end
    },
    finish: () => (scan.done === 0 ? text : out + text.slice(scan.done)),
  }
  return scan
}

/** A line that opens and closes as an object, array or string of JSON does. */
function looksLikeJson(text: string): boolean {
  let start = 0
  let end = text.length - 1
  while (start < end && text.charCodeAt(start) <= 32) start++
  while (end > start && text.charCodeAt(end) <= 32) end--
  const open = text[start]
  const close = text[end]
  return (
    (open === '{' && close === '}') ||
    (open === '[' && close === ']') ||
    (open === '"' && close === '"' && end > start)
  )
}
