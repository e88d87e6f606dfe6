import { Select, TextInput } from '@mantine/core'
import { useRef, useState } from 'react'
import { useMessages } from '../messages.ts'
import classes from './data-table.module.css'
import type { Filter } from './table-rows.ts'

/** The filters of a table, over it; their values are in the address. */
export function TableFilters<R>({
  filters,
  values,
  onChange,
}: {
  filters: readonly Filter<R>[]
  values: Record<string, string | undefined>
  onChange: (changes: Record<string, string | undefined>) => void
}) {
  const t = useMessages('parts')
  return (
    <search className={classes.filters} aria-label={t('filters')}>
      {filters.map(({ key, label, choices }) =>
        choices === undefined ? (
          <TextFilter
            key={key}
            label={label}
            value={values[key] ?? ''}
            onChange={(value) => onChange({ [key]: value })}
          />
        ) : (
          <Select
            key={key}
            aria-label={label}
            placeholder={label}
            data={choices}
            value={values[key] ?? null}
            onChange={(value) => onChange({ [key]: value ?? undefined })}
            clearable
          />
        ),
      )}
    </search>
  )
}

/** The address follows the typing, but not in the middle of a conversion. */
function TextFilter({
  label,
  value,
  onChange,
}: {
  label: string
  value: string
  onChange: (value: string) => void
}) {
  const [typed, setTyped] = useState(value)
  const converting = useRef(false)
  const sent = useRef(value)
  // Another way of changing the address (back, “clear filters”) wins over what is typed.
  if (value !== sent.current) {
    sent.current = value
    if (!converting.current && typed !== value) setTyped(value)
  }
  const send = (next: string) => {
    sent.current = next
    onChange(next)
  }
  return (
    <TextInput
      type="search"
      aria-label={label}
      placeholder={label}
      value={typed}
      data-filter
      onChange={(event) => {
        setTyped(event.currentTarget.value)
        if (!converting.current) send(event.currentTarget.value)
      }}
      onCompositionStart={() => {
        converting.current = true
      }}
      onCompositionEnd={(event) => {
        converting.current = false
        send(event.currentTarget.value)
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.nativeEvent.isComposing) event.currentTarget.blur()
      }}
    />
  )
}
