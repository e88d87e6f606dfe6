import { SegmentedControl } from '@mantine/core'
import { useFilters } from '@minato/web/data-table'
import { useMessages } from '@minato/web/messages'

const PERIODS = [1, 24, 168] as const
export type Period = (typeof PERIODS)[number]

/** Hours to look back on, from the address bar; a day when it says nothing. */
export function usePeriod(): Period {
  const [filters] = useFilters()
  return PERIODS.find((period) => String(period) === filters.hours) ?? 24
}

/** Sets what `usePeriod` gives. */
export function PeriodChoice() {
  const t = useMessages('operations')
  const [, setFilters] = useFilters()
  return (
    <SegmentedControl
      aria-label={t('workers.period')}
      value={String(usePeriod())}
      onChange={(value) => setFilters({ hours: value })}
      data={PERIODS.map((value) => ({
        value: String(value),
        label: t(`workers.periods.${value}`),
      }))}
    />
  )
}
