import { Button, SegmentedControl, Select, TextInput } from '@mantine/core'
import { Answer } from '@minato/web/answer'
import { api } from '@minato/web/api'
import blocks from '@minato/web/blocks.module.css'
import { useFilters } from '@minato/web/data-table'
import { EmptyState } from '@minato/web/empty-state'
import { useLocale } from '@minato/web/locale'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import { useSession } from '@minato/web/session'
import { Time } from '@minato/web/time'
import { IconSearchOff } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { ConsolePage } from '../console-page.tsx'
import { refresh, useAnswer } from '../queries.ts'
import type { CatalogSource, CatalogPage as Found, List } from '../shapes.ts'
import classes from './catalog.module.css'
import { ItemCard, ItemRows } from './items.tsx'

const TYPING_MS = 250

export function CatalogPage() {
  const t = useMessages('mcp-console')
  const [filters] = useFilters()
  const { source = 'docker', q, category, page, layout = 'cards' } = filters
  const found = useAnswer<Found>('/catalog', { source, q, category, page })
  return (
    <ConsolePage
      title={t('catalog.title')}
      intro={t('catalog.intro')}
      actions={<Refresh source={source} />}
    >
      <Choices found={found.data} />
      <Answer of={found} lines={12}>
        {(data) => (
          <>
            <Standing of={data} />
            {data.items.length === 0 ? (
              <Nothing />
            ) : layout === 'rows' ? (
              <ItemRows items={data.items} />
            ) : (
              <ul className={classes.cards}>
                {data.items.map((item) => (
                  <ItemCard key={item.id} item={item} />
                ))}
              </ul>
            )}
            <Pages page={data.page} pages={data.pageCount} />
          </>
        )}
      </Answer>
    </ConsolePage>
  )
}

function Choices({ found }: { found: Found | undefined }) {
  const t = useMessages('mcp-console')
  const locale = useLocale()
  const [{ source = 'docker', category, layout = 'cards' }, set] = useFilters()
  const sources = useAnswer<List<CatalogSource>>('/catalog-sources')
  return (
    <div className={classes.choices}>
      <Select
        label={t('catalog.source')}
        allowDeselect={false}
        value={source}
        data={(sources.data?.items ?? []).map(({ id, title }) => ({
          value: id,
          label: title[locale],
        }))}
        onChange={(next) =>
          set({ source: next ?? undefined, category: undefined, page: undefined })
        }
      />
      <SearchField />
      <Select
        label={t('catalog.category')}
        clearable
        placeholder={t('catalog.allCategories')}
        value={category ?? null}
        data={(found?.categories ?? []).map(({ id, label, count }) => ({
          value: id,
          label: `${label[locale]} (${count})`,
        }))}
        onChange={(next) => set({ category: next ?? undefined, page: undefined })}
      />
      <SegmentedControl
        aria-label={t('catalog.layout')}
        value={layout}
        onChange={(next) => set({ layout: next === 'cards' ? undefined : next })}
        data={[
          { value: 'cards', label: t('catalog.cards') },
          { value: 'rows', label: t('catalog.rows') },
        ]}
      />
    </div>
  )
}

/** Asks when the typing pauses. */
function SearchField() {
  const t = useMessages('mcp-console')
  const [{ q = '' }, set] = useFilters()
  const [text, setText] = useState(q)
  useEffect(() => setText(q), [q])
  useEffect(() => {
    if (text === q) return
    const timer = setTimeout(() => set({ q: text || undefined, page: undefined }), TYPING_MS)
    return () => clearTimeout(timer)
  })
  return (
    <TextInput
      type="search"
      label={t('catalog.search')}
      placeholder={t('catalog.searchHint')}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
    />
  )
}

/** How old the list is, and what is not in it. */
function Standing({
  of: { total, warning, retryAfterSeconds, broken, complete, fetchedAt },
}: {
  of: Found
}) {
  const t = useMessages('mcp-console')
  return (
    <>
      {warning !== null && (
        <p className={blocks.note} role="status">
          {warning}
          {retryAfterSeconds !== null && <Countdown key={fetchedAt} from={retryAfterSeconds} />}
        </p>
      )}
      <p className={`${blocks.muted} ${classes.standing}`}>
        <span>{t('catalog.count', { count: total })}</span>
        <span>
          {t('catalog.read')} <Time at={fetchedAt} as="relative" />
        </span>
        {!complete && <span>{t('catalog.incomplete')}</span>}
      </p>
      {broken.count > 0 && (
        <details className={classes.broken}>
          <summary>{t('catalog.broken', { count: broken.count })}</summary>
          <ul>
            {broken.items.map(({ id, problem }) => (
              <li key={id} data-raw>
                <code>{id}</code> {problem}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  )
}

function Countdown({ from }: { from: number }) {
  const t = useMessages('mcp-console')
  const [left, setLeft] = useState(from)
  useEffect(() => {
    const timer = setInterval(() => setLeft((seconds) => Math.max(0, seconds - 1)), 1000)
    return () => clearInterval(timer)
  }, [])
  return <span> {t('catalog.retry', { seconds: left })}</span>
}

function Nothing() {
  const t = useMessages('mcp-console')
  const [, set] = useFilters()
  const clear = () => set({ q: undefined, category: undefined, page: undefined })
  return (
    <EmptyState
      icon={IconSearchOff}
      title={t('catalog.none')}
      detail={t('catalog.noneDetail')}
      action={<Button onClick={clear}>{t('catalog.clear')}</Button>}
    />
  )
}

function Pages({ page, pages }: { page: number; pages: number }) {
  const t = useMessages('mcp-console')
  const [, set] = useFilters()
  if (pages <= 1) return null
  const go = (next: number) => set({ page: next === 1 ? undefined : String(next) })
  return (
    <nav className={classes.pages} aria-label={t('catalog.page', { page, pages })}>
      <Button disabled={page <= 1} onClick={() => go(page - 1)}>
        {t('catalog.previous')}
      </Button>
      <span data-numbers>{t('catalog.page', { page, pages })}</span>
      <Button disabled={page >= pages} onClick={() => go(page + 1)}>
        {t('catalog.next')}
      </Button>
    </nav>
  )
}

function Refresh({ source }: { source: string }) {
  const t = useMessages('mcp-console')
  const { can } = useSession()
  const [busy, setBusy] = useState(false)
  if (!can('mcp-console.operate')) return null
  async function ask() {
    setBusy(true)
    try {
      await api.post(`/api/mcp-console/catalog/${source}/refresh`)
      notify({ tone: 'done', title: t('catalog.refreshed') })
    } catch {
      // The page itself says why: it is asked again, and shows the older copy with its warning.
    } finally {
      await refresh()
      setBusy(false)
    }
  }
  return (
    <Button loading={busy} onClick={ask}>
      {t('catalog.refresh')}
    </Button>
  )
}
