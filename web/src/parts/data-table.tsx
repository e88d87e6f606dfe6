import { Button, UnstyledButton } from '@mantine/core'
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import { Link, useNavigate } from '@tanstack/react-router'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useRef } from 'react'
import { useMessages } from '../messages.ts'
import { useFilters } from '../search-params.ts'
import classes from './data-table.module.css'
import { EmptyState } from './empty-state.tsx'
import { Icon } from './icon.tsx'
import { TableFilters } from './table-filters.tsx'
import { useTableKeys } from './table-keys.ts'
import { arrangeRows, type Column, type Filter, nextSort, sortOf } from './table-rows.ts'

export { useFilters } from '../search-params.ts'
export type { Column, Filter } from './table-rows.ts'

/** Above this only the rows in sight are in the document. */
const VIRTUAL_ABOVE = 200
const ROW_PX = 42

type TableProps<R> = {
  /** What the table is of, for a screen reader. */
  label: string
  columns: readonly Column<R>[]
  rows: readonly R[]
  rowKey: (row: R) => string
  /** The page of a row: a real link, also for a new tab. */
  rowLink?: (row: R) => string
  /** Instead of a page: opens a row in place. */
  onOpen?: (row: R) => void
  filters?: readonly Filter<R>[]
  /** Shown when there are no rows at all. */
  empty?: ReactNode
  /** More rows on the server (cursor). */
  more?: { has: boolean; load: () => unknown; busy?: boolean }
}

/**
 * A list of things: j and k move, Enter opens, / goes to the filter; filters and order are in the
 * address; the head stays in sight; on a phone each row is a card.
 *
 * @example
 * <DataTable label={t('users')} rows={users} rowKey={(user) => user.id}
 *   columns={[{ key: 'name', header: t('name'), cell: (user) => user.name, primary: true }]}
 *   rowLink={(user) => `/operations/users/${user.id}`} />
 */
export function DataTable<R>(props: TableProps<R>) {
  const { rows, columns, filters = [], empty, more } = props
  const t = useMessages('parts')
  const root = useRef<HTMLDivElement>(null)
  const [values, setValues] = useFilters()
  const shown = arrangeRows(rows, columns, filters, values)
  const filtered = filters.some(({ key }) => (values[key] ?? '') !== '')
  const clear = () => setValues(Object.fromEntries(filters.map(({ key }) => [key, undefined])))
  const open = useOpen(props)
  useTableKeys(root, shown, open)
  if (rows.length === 0 && !filtered) return empty ?? null
  return (
    <div ref={root} data-table>
      {filters.length > 0 && (
        <TableFilters filters={filters} values={values} onChange={setValues} />
      )}
      {shown.length === 0 ? (
        <EmptyState
          title={t('noMatch')}
          detail={t('noMatchNext')}
          action={<Button onClick={clear}>{t('clearFilters')}</Button>}
        />
      ) : (
        <Grid {...props} shown={shown} open={open} />
      )}
      <div className={classes.foot}>
        <span>
          {t('rows', { count: shown.length })}
          {open !== undefined && <span className={classes.keys}> · {t('keys')}</span>}
        </span>
        {more?.has && (
          <Button size="compact-sm" loading={more.busy ?? false} onClick={() => void more.load()}>
            {t('more')}
          </Button>
        )}
      </div>
    </div>
  )
}

function useOpen<R>({ rowLink, onOpen }: TableProps<R>): ((row: R) => void) | undefined {
  const navigate = useNavigate()
  if (onOpen !== undefined) return onOpen
  if (rowLink === undefined) return undefined
  return (row) => void navigate({ to: rowLink(row) })
}

function Grid<R>({
  label,
  columns,
  shown,
  rowKey,
  rowLink,
  open,
}: TableProps<R> & { shown: R[]; open: ((row: R) => void) | undefined }) {
  const scroll = useRef<HTMLDivElement>(null)
  const virtual = shown.length > VIRTUAL_ABOVE
  const virtualizer = useVirtualizer({
    count: virtual ? shown.length : 0,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  })
  const items = virtualizer.getVirtualItems()
  const first = items[0]
  const last = items.at(-1)
  const range = virtual ? items.map(({ index }) => index) : shown.map((_, index) => index)
  return (
    <div
      className={classes.scroll}
      ref={scroll}
      {...(virtual ? { tabIndex: 0, 'data-virtual': true } : {})}
    >
      {/* biome-ignore lint/a11y/noRedundantRoles: as cards on a phone it would lose its role */}
      <table className={classes.table} role="table" aria-label={label} aria-rowcount={shown.length}>
        <Head columns={columns} />
        <tbody>
          {first !== undefined && first.start > 0 && <Gap px={first.start} />}
          {range.map((index) => {
            const row = shown[index]
            if (row === undefined) return null
            return (
              <Row
                key={rowKey(row)}
                {...{ row, index, columns, rowLink, open }}
                measure={virtual ? virtualizer.measureElement : undefined}
              />
            )
          })}
          {last !== undefined && <Gap px={virtualizer.getTotalSize() - last.end} />}
        </tbody>
      </table>
    </div>
  )
}

function Gap({ px }: { px: number }) {
  return (
    <tr className={classes.gap} aria-hidden>
      <td style={{ height: px }} />
    </tr>
  )
}

function Head<R>({ columns }: { columns: readonly Column<R>[] }) {
  const [values, setValues] = useFilters()
  const { key: sorted, down } = sortOf(values.sort)
  return (
    <thead>
      <tr>
        {columns.map(({ key, header, align, width, sort }) => (
          <th
            key={key}
            scope="col"
            className={align === 'right' ? classes.right : undefined}
            style={width === undefined ? undefined : { width }}
            {...(sorted === key ? { 'aria-sort': down ? 'descending' : 'ascending' } : {})}
          >
            {sort === undefined ? (
              header
            ) : (
              <UnstyledButton
                className={classes.sort}
                onClick={() => setValues({ sort: nextSort(values.sort, key) })}
              >
                {header}
                {sorted === key && <Icon of={down ? IconArrowDown : IconArrowUp} size={14} />}
              </UnstyledButton>
            )}
          </th>
        ))}
      </tr>
    </thead>
  )
}

function Row<R>({
  row,
  index,
  columns,
  rowLink,
  open,
  measure,
}: {
  row: R
  index: number
  columns: readonly Column<R>[]
  rowLink: ((row: R) => string) | undefined
  open: ((row: R) => void) | undefined
  measure: ((element: Element | null) => void) | undefined
}) {
  return (
    <tr
      ref={measure}
      tabIndex={-1}
      data-index={index}
      data-row
      className={open === undefined ? undefined : classes.opens}
      onClick={(event) => {
        // A click on something of its own inside the row, or the end of a selection, is not one.
        if (!(event.target instanceof Element) || event.target.closest('a, button, input, label'))
          return
        if (getSelection()?.isCollapsed !== false) open?.(row)
      }}
    >
      {columns.map(({ key, header, cell, align, primary }) => (
        <td
          key={key}
          data-label={header}
          className={[align === 'right' && classes.right, primary && classes.primary]
            .filter(Boolean)
            .join(' ')}
        >
          {primary && rowLink !== undefined ? (
            <Link to={rowLink(row)}>{cell(row)}</Link>
          ) : (
            cell(row)
          )}
        </td>
      ))}
    </tr>
  )
}
