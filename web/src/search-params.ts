import { useNavigate, useSearch } from '@tanstack/react-router'

/** `?status=open&query=税` as plain strings: an address that can be read, typed and shared. */
export function parseSearch(search: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(search))
}

export function stringifySearch(values: Record<string, unknown>): string {
  const entries = Object.entries(values)
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([name, value]) => [name, String(value)])
  const text = new URLSearchParams(entries).toString()
  return text === '' ? '' : `?${text}`
}

/**
 * Filters that live in the address. Setting one replaces the entry in the history, so that back
 * leaves the list instead of undoing each letter.
 *
 * @example
 * const [filters, setFilters] = useFilters()
 * const users = useQuery({ queryKey: ['users', filters.query], … })
 */
export function useFilters(): [
  Record<string, string | undefined>,
  (changes: Record<string, string | undefined>) => void,
] {
  const values: Record<string, string | undefined> = useSearch({ strict: false })
  const navigate = useNavigate()
  const set = (changes: Record<string, string | undefined>) => {
    void navigate({
      to: '.',
      search: (old: Record<string, unknown>) => ({ ...old, ...changes }),
      replace: true,
      resetScroll: false,
    })
  }
  return [values, set]
}
