import { categoryLabel } from './categories.ts'
import type { CatalogItem } from './item.ts'

export type CatalogQuery = { q: string; category: string }

/** Folds width, case and the two kana: `ＧitＨub`, `github` and ギットハブ/ぎっとはぶ read alike. */
export function foldText(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[ァ-ヶ]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60))
}

/**
 * The items that hold every word, in their name first. Without words: most pulled first, then by
 * title, so that a list of thousands begins with what people use.
 */
export function searchItems(
  items: readonly CatalogItem[],
  { q, category }: CatalogQuery,
): CatalogItem[] {
  const words = foldText(q)
    .split(/[\s\u3000]+/)
    .filter((word) => word !== '')
  const ranked = items
    .filter((item) => category === '' || item.categories.includes(category))
    .map((item) => ({ item, rank: rankOf(item, words) }))
    .filter(({ rank }) => rank >= 0)
  return ranked
    .sort(
      (a, b) =>
        b.rank - a.rank ||
        (b.item.pulls ?? 0) - (a.item.pulls ?? 0) ||
        a.item.title.localeCompare(b.item.title),
    )
    .map(({ item }) => item)
}

/** −1 when a word is missing; else higher the nearer the words are to the name. */
function rankOf(item: CatalogItem, words: readonly string[]): number {
  if (words.length === 0) return 0
  const { name, labels, rest, exact } = foldedItem(item)
  let rank = 0
  for (const word of words) {
    if (name.includes(word)) rank += exact === word ? 8 : 4
    else if (labels.includes(word)) rank += 2
    else if (rest.includes(word)) rank += 1
    else return -1
  }
  return rank
}

type Folded = { name: string; labels: string; rest: string; exact: string }

/** Folding thousands of descriptions takes longer than searching them; the items stay the same for an hour. */
const FOLDED = new WeakMap<CatalogItem, Folded>()

function foldedItem(item: CatalogItem): Folded {
  const known = FOLDED.get(item)
  if (known !== undefined) return known
  const { id, title, categories, tags, description, tools, publisher } = item
  const folded = {
    name: foldText(`${id} ${title}`),
    labels: foldText([...categories, ...categories.map(categoryLabel), ...tags].join(' ')),
    rest: foldText(`${description} ${tools.join(' ')} ${publisher}`),
    exact: foldText(item.name),
  }
  FOLDED.set(item, folded)
  return folded
}
