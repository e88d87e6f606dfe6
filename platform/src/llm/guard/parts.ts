/** Up to here a text is judged as a whole. */
const WHOLE_CHARS = 3_000
const PART_CHARS = 1_600
/** Parts overlap, so that no order is cut in two. */
const OVERLAP_CHARS = 200
/** Of a long text so many parts are read: the first two, the last two, and those that look worst. */
const MAX_PARTS = 10
const EDGE_PARTS = 2

/** Words most attacks need one of. Counted, not judged. */
const SUSPECT =
  /ignor|disregard|forget|overrid|bypass|instruction|prompt|jailbr|system|password|secret|assistant|\bAI\b|LLM|reveal|vergiss|anweisung|指示|命令|プロンプト|無視|忘れ|破棄|システム|パスワード|AI|制限|制約|開発者|送信|転送|しじ|めいれい|むし|わすれ|ﾌﾟﾛﾝﾌﾟﾄ|[\u200b-\u200f\u2060\u{E0020}-\u{E007E}]|(?:\S ){12}|<\||\[\/?INST/giu

function suspicion(part: string): number {
  return new Set(part.match(SUSPECT)?.map((word) => word.toLowerCase())).size
}

/**
 * The parts of a text to judge. A chunk or message comes back as it is; of a document of 100 kB ten parts
 * are read, so that the time is bounded. Apps that must read all of it score their chunks.
 */
export function partsOf(text: string): string[] {
  if (text.length <= WHOLE_CHARS) return [text]
  const parts: string[] = []
  for (let at = 0; at < text.length; at += PART_CHARS - OVERLAP_CHARS)
    parts.push(text.slice(at, at + PART_CHARS))
  if (parts.length <= MAX_PARTS) return parts
  const middle = parts.slice(EDGE_PARTS, -EDGE_PARTS)
  const worst = middle
    .map((part) => ({ part, count: suspicion(part) }))
    .sort((a, b) => b.count - a.count)
    .slice(0, MAX_PARTS - 2 * EDGE_PARTS)
  return [
    ...parts.slice(0, EDGE_PARTS),
    ...worst.map(({ part }) => part),
    ...parts.slice(-EDGE_PARTS),
  ]
}
