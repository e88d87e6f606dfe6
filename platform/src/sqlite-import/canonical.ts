import { escapeCell, NULL_CELL, unescapeCell } from '../data/index.ts'
import { arrayLiteral, readArray } from './arrays.ts'
import { canonicalJson } from './canonical-json.ts'
import { plainDecimal } from './numbers.ts'
import type { TargetType } from './target-type.ts'

type Spell = (text: string) => string

/** Types that PostgreSQL writes otherwise than we send them, though the value is the same. */
const SPELLINGS: Readonly<Record<string, Spell>> = {
  float4: (text) => String(Math.fround(Number(text))),
  float8: (text) => String(Number(text)),
  numeric: (text) => plainDecimal(text) ?? text,
  bpchar: (text) => text.replace(/ +$/, ''),
  jsonb: (text) => canonicalJson(text) ?? text,
  bool: (text) => (text === 'true' ? 't' : text === 'false' ? 'f' : text),
}

/** The one spelling of a value that PostgreSQL wrote. Undefined: it is written in it already. */
function spellingOf({ name, array }: TargetType): Spell | undefined {
  const element = SPELLINGS[name]
  if (!array) return name === 'bool' ? undefined : element
  return (text) =>
    arrayLiteral(readArray(text).map((part) => (part === null ? null : (element?.(part) ?? part))))
}

/**
 * Brings lines that PostgreSQL copied out to the spelling in which the source is summed up.
 * Undefined when every column is in it already: then the bytes are summed as they come.
 */
export function canonicalLines(types: readonly TargetType[]): Spell | undefined {
  const spellings = types.map(spellingOf)
  if (spellings.every((spell) => spell === undefined)) return undefined
  return (lines) => {
    const out: string[] = []
    for (const line of lines.split('\n')) {
      const cells = line.split('\t')
      for (const [index, spell] of spellings.entries()) {
        const cell = cells[index]
        if (spell === undefined || cell === undefined || cell === NULL_CELL) continue
        cells[index] = escapeCell(spell(unescapeCell(cell)))
      }
      out.push(cells.join('\t'))
    }
    return out.join('\n')
  }
}
