import { Select, TextInput } from '@mantine/core'
import { Badge } from '@minato/web/badge'
import classes from '@minato/web/blocks.module.css'
import { EmptyState } from '@minato/web/empty-state'
import { useLocale } from '@minato/web/locale'
import { useMessages } from '@minato/web/messages'
import { useFilters } from '@minato/web/search-params'
import { FindingCard } from './finding.tsx'
import own from './readiness.module.css'
import { PHASES, type Result, SEVERITIES, STATES, stateOf } from './readiness-shapes.ts'

/** The checks of a run by phase; which are shown is in the address. */
export function Results({ results }: { results: Result[] }) {
  const t = useMessages('operations')
  const locale = useLocale()
  const [filters, setFilters] = useFilters()
  const words = (filters['query'] ?? '').toLowerCase()
  const fits = (result: Result) =>
    fitsState(result, filters['state']) &&
    (filters['severity'] ?? result.severity) === result.severity &&
    `${result.id} ${result.title[locale]} ${result.evidence[locale]}`.toLowerCase().includes(words)
  const shown = results.filter(fits)
  return (
    <>
      <search className={own.filters} aria-label={t('readiness.filters')}>
        <TextInput
          type="search"
          aria-label={t('readiness.query')}
          placeholder={t('readiness.query')}
          defaultValue={filters['query'] ?? ''}
          onChange={(event) => setFilters({ query: event.currentTarget.value })}
        />
        <Select
          aria-label={t('readiness.state')}
          placeholder={t('readiness.states.attention')}
          data={[
            ...STATES.map((value) => ({ value, label: t(`readiness.states.${value}`) })),
            { value: 'all', label: t('readiness.states.all') },
          ]}
          value={filters['state'] ?? null}
          onChange={(value) => setFilters({ state: value ?? undefined })}
          clearable
        />
        <Select
          aria-label={t('readiness.severity')}
          placeholder={t('readiness.severity')}
          data={SEVERITIES.map((value) => ({ value, label: t(`readiness.severities.${value}`) }))}
          value={filters['severity'] ?? null}
          onChange={(value) => setFilters({ severity: value ?? undefined })}
          clearable
        />
      </search>
      {shown.length === 0 && (
        <EmptyState title={t('readiness.nothing')} detail={t('readiness.nothingDetail')} />
      )}
      {PHASES.map((phase) => (
        <Group
          key={phase}
          title={t(`readiness.phases.${phase}`)}
          results={shown.filter((result) => result.phase === phase)}
        />
      ))}
    </>
  )
}

/** Without a choice: everything that asks for somebody. */
function fitsState(result: Result, wanted: string | undefined): boolean {
  const state = stateOf(result)
  return wanted === undefined ? state !== 'passed' : wanted === 'all' || wanted === state
}

function Group({ title, results }: { title: string; results: Result[] }) {
  if (results.length === 0) return null
  const sorted = results.toSorted(byUrgency)
  return (
    <section className={classes.section}>
      <h2>
        {title} <Badge>{results.length}</Badge>
      </h2>
      <ul className={own.list}>
        {sorted.map((result) => (
          <li key={result.id}>
            <FindingCard result={result} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function byUrgency(a: Result, b: Result): number {
  const state = STATES.indexOf(stateOf(a)) - STATES.indexOf(stateOf(b))
  return state === 0 ? SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) : state
}
