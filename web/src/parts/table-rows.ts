import type { ReactNode } from 'react'

export type Column<R> = {
  key: string
  /** Empty for the column of a row's acts. */
  header: string
  cell: (row: R) => ReactNode
  align?: 'right'
  width?: number | string
  /** What the row is called: it carries the row's link and heads its card on a phone. */
  primary?: boolean
  /** What to sort by. Without it the column is not sorted. */
  sort?: (row: R) => string | number
}

export type Filter<R> = {
  /** Its name in the address. */
  key: string
  label: string
  /** Without choices the filter is a text. */
  choices?: { value: string; label: string }[]
  /** Filters here; without it the page asks the server by `useFilters()`. */
  match?: (row: R, value: string) => boolean
}

/** What is shown: filtered, sorted, and rows that are equal stay as they came. */
export function arrangeRows<R>(
  rows: readonly R[],
  columns: readonly Column<R>[],
  filters: readonly Filter<R>[],
  values: Record<string, string | undefined>,
): R[] {
  const kept = rows.filter((row) =>
    filters.every(({ key, match }) => {
      const value = values[key]
      return match === undefined || value === undefined || value === '' || match(row, value)
    }),
  )
  const { key, down } = sortOf(values.sort)
  const sort = columns.find((column) => column.key === key)?.sort
  if (sort === undefined) return kept
  const order = new Intl.Collator(undefined, { numeric: true })
  return kept.sort((a, b) => {
    const [x, y] = down ? [sort(b), sort(a)] : [sort(a), sort(b)]
    return typeof x === 'number' && typeof y === 'number'
      ? x - y
      : order.compare(String(x), String(y))
  })
}

/** `?sort=-createdAt`: a leading minus turns the order. */
export function sortOf(value: string | undefined): { key: string | undefined; down: boolean } {
  const down = value?.startsWith('-') ?? false
  return { key: down ? value?.slice(1) : value, down }
}

/** Up, down, as it came. */
export function nextSort(value: string | undefined, key: string): string | undefined {
  const now = sortOf(value)
  if (now.key !== key) return key
  return now.down ? undefined : `-${key}`
}
