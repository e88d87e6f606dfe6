import { Button, TextInput } from '@mantine/core'
import { ErrorNote } from '@minato/web/error-state'
import { Icon } from '@minato/web/icon'
import { LoadingState } from '@minato/web/loading-state'
import { useMessages } from '@minato/web/messages'
import { useFilters } from '@minato/web/search-params'
import { viewerZone } from '@minato/web/time'
import { IconArchive, IconArrowLeft, IconPlus, IconSearch, IconTextPlus } from '@tabler/icons-react'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useId, useRef, useState } from 'react'
import { conversationsQuery } from '../queries.ts'
import { UsageMeter } from '../usage/usage-meter.tsx'
import classes from './conversation-list.module.css'
import { ConversationRow } from './conversation-row.tsx'
import { groupByDay } from './list-groups.ts'
import { moveFocus, useSearchKey } from './list-keys.ts'

const TYPED_MS = 250

/** 新規 on top, below it what one can go on with (継続): searched, pinned, archived. */
export function ConversationList({
  current,
  onLeave,
}: {
  current: string | undefined
  onLeave?: () => void
}) {
  const t = useMessages('chatbot')
  const [filters, setFilters] = useFilters()
  const archived = filters['archived'] === 'true'
  const query = filters['query'] ?? ''
  return (
    <div className={classes.list}>
      <div className={classes.head}>
        <Button
          component={Link}
          to="/chatbot"
          fullWidth
          leftSection={<Icon of={IconPlus} />}
          onClick={onLeave}
        >
          {t('newConversation')}
        </Button>
        <SearchField query={query} onSearch={(next) => setFilters({ query: next || undefined })} />
      </div>
      <Conversations {...{ query, archived, current, onLeave }} />
      <div className={classes.foot}>
        <button
          type="button"
          className={classes.footLink}
          onClick={() => setFilters({ archived: archived ? undefined : 'true' })}
        >
          <Icon of={archived ? IconArrowLeft : IconArchive} />
          {t(archived ? 'list.leaveArchive' : 'list.showArchive')}
        </button>
        <Link to="/chatbot/prompts" className={classes.footLink ?? ''}>
          <Icon of={IconTextPlus} />
          {t('list.prompts')}
        </Link>
        <UsageMeter />
      </div>
    </div>
  )
}

/** Searches while one types, once the fingers rest; never in the middle of a conversion. */
function SearchField({ query, onSearch }: { query: string; onSearch: (query: string) => void }) {
  const t = useMessages('chatbot')
  const [typed, setTyped] = useState(query)
  const [converting, setConverting] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const search = useRef(onSearch)
  search.current = onSearch
  useSearchKey(input)
  useEffect(() => setTyped(query), [query])
  useEffect(() => {
    if (converting || typed.trim() === query) return
    const timer = setTimeout(() => search.current(typed.trim()), TYPED_MS)
    return () => clearTimeout(timer)
  }, [typed, query, converting])
  return (
    <TextInput
      ref={input}
      type="search"
      value={typed}
      aria-label={t('list.search')}
      placeholder={t('list.search')}
      leftSection={<Icon of={IconSearch} size={16} />}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onCompositionStart={() => setConverting(true)}
      onCompositionEnd={() => setConverting(false)}
    />
  )
}

function Conversations({
  query,
  archived,
  current,
  onLeave,
}: {
  query: string
  archived: boolean
  current: string | undefined
  onLeave: (() => void) | undefined
}) {
  const t = useMessages('chatbot')
  const keys = useId()
  const list = useInfiniteQuery({
    ...conversationsQuery({ query, archived }),
    placeholderData: keepPreviousData,
  })
  const items = list.data?.pages.flatMap((page) => page.items) ?? []
  const searching = query !== ''
  const groups = groupByDay(items, Date.now(), viewerZone())
  if (list.isPending)
    return (
      <div className={classes.scroll}>
        <LoadingState lines={8} height={20} />
      </div>
    )
  return (
    <nav
      className={classes.scroll}
      aria-label={t(archived ? 'list.archive' : 'list.title')}
      aria-describedby={keys}
      onKeyDown={moveFocus}
    >
      <p id={keys} className="visually-hidden">
        {t('list.keys')}
      </p>
      {list.isError && <ErrorNote error={list.error} onRetry={() => list.refetch()} />}
      {archived && <h2 className={classes.group}>{t('list.archive')}</h2>}
      {items.length === 0 && !list.isError && (
        <p className={classes.empty}>
          {searching
            ? t('list.noMatch', { query })
            : t(archived ? 'list.emptyArchive' : 'list.empty')}
        </p>
      )}
      {groups.map(({ name, items }) => (
        <section key={name}>
          <h2 className={classes.group}>{t(`list.${name}`)}</h2>
          <ul className={classes.rows}>
            {items.map((conversation) => (
              <ConversationRow
                key={conversation.id}
                conversation={conversation}
                here={conversation.id === current}
                onOpen={onLeave}
              />
            ))}
          </ul>
        </section>
      ))}
      {list.hasNextPage && (
        <Button
          size="compact-sm"
          className={classes.more ?? ''}
          loading={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          {t('list.more')}
        </Button>
      )}
    </nav>
  )
}
