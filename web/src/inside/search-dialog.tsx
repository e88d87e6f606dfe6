import '@mantine/spotlight/styles.layer.css'
import { useMantineColorScheme } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { createSpotlight, Spotlight } from '@mantine/spotlight'
import { IconChevronRight, IconSearch } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import type { Command } from '../app.ts'
import { useLocale } from '../locale.ts'
import { useMessages } from '../messages.ts'
import { isConverting } from '../parts/form.tsx'
import { Icon } from '../parts/icon.tsx'
import { queryClient, type ShellInfo, shellQuery, useSession } from '../session.ts'
import { type Found, findCommands, fits } from './commands.ts'

const [store, spotlight] = createSpotlight()

/** Pages and acts of the shell and of every app, by a few typed letters. */
export default function SearchDialog({ asked }: { asked: number }) {
  const t = useMessages('shell')
  const [query, setQuery] = useState('')
  useEffect(() => {
    if (asked > 0) spotlight.open()
  }, [asked])
  const [asking] = useDebouncedValue(query, 120)
  const found = useFound(asking)
  const run = useRun()
  // Until the answers for these letters are there, the last ones are sifted here: Enter never
  // takes something that does not fit what has been typed.
  const stale = found.isPlaceholderData || asking !== query
  const commands = (found.data?.commands ?? []).filter(
    (command) => !stale || (!command.found && fits(command, query)),
  )
  const shown = commands.map(({ id }) => id).join()
  useEffect(() => {
    if (shown !== '') chooseFirst()
  }, [shown])
  const groups = (['pages', 'actions'] as const).map(
    (group) => [group, commands.filter((command) => kindOf(command) === group)] as const,
  )
  return (
    <Spotlight.Root
      store={store}
      query={query}
      onQueryChange={setQuery}
      clearQueryOnClose
      shortcut={null}
      scrollable
      centered={false}
      yOffset="12dvh"
      maxHeight={420}
      overlayProps={{ blur: 0 }}
      attributes={{ content: { 'aria-label': t('search') } }}
    >
      <Spotlight.Search
        placeholder={t('searchPlaceholder')}
        aria-label={t('search')}
        leftSection={<Icon of={IconSearch} />}
        onKeyDownCapture={(event) => {
          // The Enter that ends a conversion chooses nothing.
          if (event.key === 'Enter' && isConverting(event)) event.stopPropagation()
        }}
      />
      <Spotlight.ActionsList>
        {groups.map(
          ([group, lines]) =>
            lines.length > 0 && (
              <Spotlight.ActionsGroup
                key={group}
                label={t(group === 'pages' ? 'groupPages' : 'groupActions')}
              >
                {lines.map((command) => (
                  <Line key={command.id} command={command} onRun={() => run(command)} />
                ))}
              </Spotlight.ActionsGroup>
            ),
        )}
        {found.data !== undefined && !stale && commands.length === 0 && (
          <Spotlight.Empty>{t('searchNothing')}</Spotlight.Empty>
        )}
      </Spotlight.ActionsList>
      {found.data?.failed && <Spotlight.Footer>{t('searchFailed')}</Spotlight.Footer>}
    </Spotlight.Root>
  )
}

/**
 * Enter takes the first of what is shown. Spotlight itself chooses before results that come after
 * the typing are there; this is its own way of choosing (`data-selected` and the store's index).
 */
function chooseFirst(): void {
  for (const [index, line] of [...document.querySelectorAll('[data-action]')].entries())
    line.toggleAttribute('data-selected', index === 0)
  store.updateState((state) => ({ ...state, selected: 0 }))
}

function kindOf(command: Command): 'pages' | 'actions' {
  return command.to === undefined ? 'actions' : 'pages'
}

function Line({ command, onRun }: { command: Command; onRun: () => void }) {
  const locale = useLocale()
  const detail = command.detail?.[locale]
  return (
    <Spotlight.Action
      label={command.label[locale]}
      {...(detail === undefined ? {} : { description: detail })}
      leftSection={<Icon of={command.icon ?? IconChevronRight} />}
      onClick={onRun}
    />
  )
}

function useFound(query: string) {
  const locale = useLocale()
  const { can: _, ...session } = useSession()
  const { setColorScheme } = useMantineColorScheme()
  return useQuery<Found>({
    queryKey: ['search', locale, query.trim()],
    queryFn: () => {
      const shell = queryClient.getQueryData<ShellInfo>(shellQuery.queryKey)
      return findCommands({ session, shell, query: query.trim(), locale, setColorScheme })
    },
    placeholderData: keepPreviousData,
    staleTime: 5_000,
  })
}

function useRun(): (command: Command) => void {
  const router = useRouter()
  return (command) => {
    if (command.to !== undefined) void router.navigate({ to: command.to })
    else void command.run?.()
  }
}
