/**
 * Character bigrams work for Japanese and English alike without a dictionary, which is why the
 * stand-in uses them for retrieval and for embeddings.
 */
function normalise(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s\p{P}\p{S}]+/gu, ' ')
    .trim()
}

export function bigrams(text: string): Set<string> {
  const found = new Set<string>()
  for (const word of normalise(text).split(' ')) {
    const characters = [...word]
    if (characters.length === 1) found.add(word)
    for (let i = 0; i + 1 < characters.length; i++) {
      found.add(`${characters[i]}${characters[i + 1]}`)
    }
  }
  return found
}

export type Ranked<T> = { item: T; score: number }

/**
 * Ranks items by the bigrams they share with the question, rare bigrams counting for more, so
 * that endings such as "です" decide nothing. Items that share nothing are left out.
 */
export function rankByBigrams<T>(
  question: string,
  items: readonly T[],
  textOf: (item: T) => string,
): Ranked<T>[] {
  const wanted = bigrams(question)
  const grams = items.map((item) => bigrams(textOf(item)))
  const frequency = new Map<string, number>()
  for (const set of grams) {
    for (const gram of set)
      if (wanted.has(gram)) frequency.set(gram, (frequency.get(gram) ?? 0) + 1)
  }
  const ranked: Ranked<T>[] = []
  items.forEach((item, index) => {
    const own = grams[index] ?? new Set<string>()
    let score = 0
    for (const gram of wanted) {
      if (own.has(gram)) score += Math.log(1 + items.length / (frequency.get(gram) ?? 1))
    }
    // A mild penalty on length keeps a whole page from beating the sentence that answers.
    if (score > 0) ranked.push({ item, score: score / Math.sqrt(8 + own.size) })
  })
  return ranked.sort((a, b) => b.score - a.score)
}
