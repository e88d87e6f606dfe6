import { readFileSync } from 'node:fs'
import { visible } from '../invisible.ts'
import { latinView } from '../views.ts'
import { seeded } from './fit.ts'
import { readLines } from './lines.ts'

export type Row = { set: string; attack: boolean; text: string }

/** The sets of this folder, written for it: part of every training. */
const OWN: readonly [file: string, set: string, attack: boolean][] = [
  ['attacks-ja.txt', 'own-ja-attacks', true],
  ['fair-ja.txt', 'own-ja-fair', false],
  ['attacks-ja-holdout.txt', 'own-ja-attacks-2', true],
  ['fair-ja-holdout.txt', 'own-ja-fair-2', false],
  ['attacks-ja-third.txt', 'own-ja-attacks-3', true],
  ['fair-ja-third.txt', 'own-ja-fair-3', false],
  ['attacks-ja-fourth.txt', 'own-ja-attacks-4', true],
  ['fair-ja-fourth.txt', 'own-ja-fair-4', false],
  ['attacks-ja-kana.txt', 'own-ja-attacks-kana', true],
  ['fair-ja-kana.txt', 'own-ja-fair-kana', false],
  ['fair-ja-requests.txt', 'own-ja-requests', false],
  ['fair-en.txt', 'own-en-fair', false],
]

/** JSON lines {set, label, text} of a file, and this folder's own sets. */
export function readRows(file: string): Row[] {
  const rows: Row[] = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { set, label, text } = JSON.parse(line) as Record<string, string>
      if (set === undefined || text === undefined || (label !== 'attack' && label !== 'benign')) {
        throw new Error(`${file}: each line must be {"set","label":"attack|benign","text"}`)
      }
      return { set, attack: label === 'attack', text }
    })
  for (const [own, set, attack] of OWN) {
    for (const text of readLines(own)) rows.push({ set, attack, text })
  }
  return rows
}

const SHINGLE_CHARS = 5
const SIMILAR = 0.5

function shingles(text: string): Set<string> {
  const plain = latinView(visible(text)).replace(/\s+/g, ' ').slice(0, 1_000)
  const found = new Set<string>()
  for (let at = 0; at + SHINGLE_CHARS <= plain.length; at++)
    found.add(plain.slice(at, at + SHINGLE_CHARS))
  return found
}

function similar(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  const [small, large] = a.size < b.size ? [a, b] : [b, a]
  if (small.size < large.size * SIMILAR) return false
  let common = 0
  for (const one of small) if (large.has(one)) common++
  return common / (a.size + b.size - common) >= SIMILAR
}

/**
 * The fold of each row. Texts that are alike (Jaccard of five-character shingles ≥ 0.5) share a fold, so
 * that no text is judged by a model that has seen its twin.
 */
export function folds(rows: readonly Row[], count: number): number[] {
  const seen = rows.map(({ text }) => shingles(text))
  const leader = rows.map((_, index) => index)
  for (let at = 0; at < rows.length; at++) {
    const mine = seen[at] ?? new Set<string>()
    for (let before = 0; before < at; before++) {
      if (leader[before] === before && similar(mine, seen[before] ?? new Set())) {
        leader[at] = before
        break
      }
    }
  }
  const random = seeded(7)
  const foldOf = rows.map(() => Math.floor(random() * count))
  return leader.map((first) => foldOf[first] ?? 0)
}
