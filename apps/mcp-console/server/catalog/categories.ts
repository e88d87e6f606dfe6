import type { CatalogItem } from './item.ts'

/**
 * The categories people filter by, and the words that tell them. Registries have none of their own:
 * what an item says of itself decides.
 */
const CATEGORIES: Record<string, { ja: string; words: RegExp }> = {
  search: { ja: '検索', words: /\b(search|crawl|scrap|brave|exa|tavily|duckduckgo|wikipedia)/i },
  database: {
    ja: 'データベース',
    words: /\b(database|sql|postgres|mysql|mongo|redis|sqlite|clickhouse|elastic|neo4j|vector)/i,
  },
  devops: {
    ja: '開発運用',
    words: /\b(kubernetes|docker|terraform|ci\/cd|deploy|grafana|prometheus|sentry|monitor|cloud)/i,
  },
  development: {
    ja: '開発',
    words:
      /\b(github|gitlab|git\b|repositor|code|developer|issue|pull request|playwright|browser)/i,
  },
  communication: {
    ja: 'コミュニケーション',
    words: /\b(slack|mail|chat|discord|teams|message|line)\b/i,
  },
  productivity: {
    ja: '業務効率化',
    words: /\b(notion|calendar|task|todo|jira|linear|document|spreadsheet|note|obsidian)/i,
  },
  finance: { ja: '金融', words: /\b(stripe|payment|invoice|stock|crypto|bank|accounting)/i },
  ai: { ja: 'AI', words: /\b(llm|model|memory|knowledge graph|embedding|reasoning|thinking)/i },
  files: { ja: 'ファイル', words: /\b(file|filesystem|folder|storage|s3|drive)/i },
  utilities: { ja: 'ユーティリティ', words: /\b(time|timezone|fetch|weather|map|convert|math)/i },
  other: { ja: 'その他', words: /(?!)/ },
}

/** The Japanese word for a category, for search and labels; the id itself for a source's own. */
export function categoryLabel(id: string): string {
  return (Object.hasOwn(CATEGORIES, id) ? CATEGORIES[id]?.ja : undefined) ?? id
}

/** The source's own categories in our spelling, else at most two told by words, else `other`. */
export function categoriesOf(own: readonly string[], text: string): string[] {
  const named = own.map((name) => name.trim().toLowerCase().replaceAll(/\s+/g, '-'))
  const given = [...new Set(named.filter((name) => name !== ''))].slice(0, 5)
  if (given.length > 0) return given
  const told = Object.entries(CATEGORIES).filter(([, { words }]) => words.test(text))
  return told.length === 0 ? ['other'] : told.slice(0, 2).map(([id]) => id)
}

export type CategoryCount = { id: string; label: { en: string; ja: string }; count: number }

/** How many items each category has, the largest first. */
export function countCategories(items: readonly CatalogItem[]): CategoryCount[] {
  const counts = new Map<string, number>()
  for (const id of items.flatMap((item) => item.categories)) {
    counts.set(id, (counts.get(id) ?? 0) + 1)
  }
  return [...counts]
    .map(([id, count]) => ({ id, label: { en: englishLabel(id), ja: categoryLabel(id) }, count }))
    .sort((a, b) => b.count - a.count || a.id.localeCompare(b.id))
}

function englishLabel(id: string): string {
  if (id === 'ai') return 'AI'
  if (id === 'devops') return 'DevOps'
  const words = id.replaceAll('-', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
