import { type RefObject, useEffect } from 'react'

/** Keys for the table that has the focus, or the first of the page when none has. */
export function useTableKeys<R>(
  root: RefObject<HTMLDivElement | null>,
  shown: R[],
  open: ((row: R) => void) | undefined,
): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const table = root.current
      if (table === null || !isForTable(event, table)) return
      const rows = [...table.querySelectorAll<HTMLElement>('[data-row]')]
      const at = rows.findIndex((row) => row.contains(document.activeElement))
      if (event.key === 'j' || event.key === 'k') {
        const next = at < 0 ? 0 : at + (event.key === 'j' ? 1 : -1)
        rows[Math.min(Math.max(next, 0), rows.length - 1)]?.focus()
      } else if (event.key === '/') {
        table.querySelector<HTMLElement>('[data-filter]')?.focus()
      } else if (event.key === 'Enter' && at >= 0) {
        const row = shown[Number(rows[at]?.dataset.index)]
        if (row !== undefined) open?.(row)
      } else return
      event.preventDefault()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [root, shown, open])
}

function isForTable(event: KeyboardEvent, table: HTMLElement): boolean {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return false
  const active = document.activeElement
  if (active?.closest('input, textarea, select, [contenteditable], [role="dialog"], [role="menu"]'))
    return false
  const focused = active?.closest('[data-table]')
  return (focused ?? document.querySelector('[data-table]')) === table
}
