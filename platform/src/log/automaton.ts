/**
 * Aho–Corasick over UTF-16 code units, folded to lower case for ASCII, as one flat table: a step is two array reads
 * and one comparison, so that a line is scanned once however many literals are looked for. Rows are 64 wide in sixteen
 * bits, so that the rows in use stay in the first cache.
 */
export type Automaton = {
  /** next[(state << 6) | classOf[code]] is the next state. */
  next: Uint16Array
  /** The character class of every UTF-16 code unit. */
  classOf: Uint8Array
  /** States from this value on have matches. */
  firstMatch: number
  /** Which literals end at a state (index: state - firstMatch), longest first. */
  matches: number[][]
}

const ROW = 64
/** Letters outside ASCII share the last classes: a hit there is a hint that its handler checks. */
const NATIVE_CLASSES = 6

type Node = { to: Map<number, number>; fail: number; own: number[] }

const fold = (code: number) => (code >= 65 && code <= 90 ? code + 32 : code)

/** Builds the table for the literals; matches are indexes into the given list. */
export function buildAutomaton(literals: readonly string[]): Automaton {
  const classOf = classesOf(literals)
  const nodes = buildTrie(literals, classOf)
  const order = linkFailures(nodes)
  // Matching states last, so that "has matches" is one comparison.
  const sorted = [...order].sort((a, b) => hasOwn(nodes, a) - hasOwn(nodes, b))
  const place = new Map(sorted.map((node, index) => [node, index]))
  if (nodes.length > 65_535) throw new RangeError(`${nodes.length} states do not fit sixteen bits`)
  const next = new Uint16Array(nodes.length * ROW)
  for (const at of order) {
    const node = nodes[at] as Node
    const row = (place.get(at) ?? 0) * ROW
    const failRow = (place.get(node.fail) ?? 0) * ROW
    for (let cls = 0; cls < ROW; cls++) {
      const to = node.to.get(cls)
      if (to !== undefined) next[row + cls] = place.get(to) ?? 0
      else next[row + cls] = at === 0 ? 0 : (next[failRow + cls] ?? 0)
    }
  }
  const firstIndex = sorted.findIndex((at) => hasOwn(nodes, at) === 1)
  const matches = sorted.slice(firstIndex).map((at) => (nodes[at] as Node).own)
  return { next, classOf, firstMatch: firstIndex, matches }
}

function hasOwn(nodes: Node[], at: number): 0 | 1 {
  return (nodes[at]?.own.length ?? 0) > 0 ? 1 : 0
}

function classesOf(literals: readonly string[]): Uint8Array {
  const classOf = new Uint8Array(65_536)
  // All digits are one class, so that `0000` stands for any four.
  classOf.fill(1, 48, 58)
  let classes = 2
  for (const literal of literals) {
    for (let i = 0; i < literal.length; i++) {
      const code = fold(literal.charCodeAt(i))
      if (code > 127) classOf[code] = ROW - 1 - (code % NATIVE_CLASSES)
      else if (code >= 48 && code <= 57) continue
      else if (classOf[code] === 0) classOf[code] = classes++
    }
  }
  if (classes > ROW - NATIVE_CLASSES)
    throw new RangeError(`${classes} character classes do not fit a row`)
  for (let code = 65; code <= 90; code++) classOf[code] = classOf[code + 32] ?? 0
  return classOf
}

function buildTrie(literals: readonly string[], classOf: Uint8Array): Node[] {
  const nodes: Node[] = [{ to: new Map(), fail: 0, own: [] }]
  literals.forEach((literal, index) => {
    let at = 0
    for (let i = 0; i < literal.length; i++) {
      const cls = classOf[literal.charCodeAt(i)] ?? 0
      const node = nodes[at] as Node
      let to = node.to.get(cls)
      if (to === undefined) {
        to = nodes.push({ to: new Map(), fail: 0, own: [] }) - 1
        node.to.set(cls, to)
      }
      at = to
    }
    nodes[at]?.own.push(index)
  })
  return nodes
}

/** Breadth first, so that a failure's own matches are complete before they are inherited. */
function linkFailures(nodes: Node[]): number[] {
  const order = [0]
  for (let head = 0; head < order.length; head++) {
    const at = order[head] as number
    const node = nodes[at] as Node
    for (const [cls, to] of node.to) {
      const child = nodes[to] as Node
      if (at !== 0) {
        let fail = node.fail
        while (fail !== 0 && nodes[fail]?.to.get(cls) === undefined) fail = nodes[fail]?.fail ?? 0
        child.fail = nodes[fail]?.to.get(cls) ?? 0
      }
      child.own.push(...(nodes[child.fail]?.own ?? []))
      order.push(to)
    }
  }
  return order
}
