import { Button, NativeSelect, Popover } from '@mantine/core'
import { Icon } from '@minato/web/icon'
import { useMessages } from '@minato/web/messages'
import { IconAdjustmentsHorizontal } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { modelsQuery, promptsQuery } from '../queries.ts'
import classes from './composer.module.css'

export type Options = { model: string | null; systemPromptId: string | null }

/** Which model answers, and how it is told to. The button names what is chosen. */
export function AnswerOptions({
  value,
  onChange,
}: {
  value: Options
  onChange: (change: Partial<Options>) => void
}) {
  const t = useMessages('chatbot')
  const models = useQuery(modelsQuery).data?.items ?? []
  const prompts = useQuery(promptsQuery).data?.items ?? []
  const systemPrompts = prompts.filter(({ kind }) => kind === 'system')
  const standard = models.find(({ isDefault }) => isDefault)?.id
  const model = value.model ?? standard
  const prompt = systemPrompts.find(({ id }) => id === value.systemPromptId)
  const chosen = [model, prompt?.name].filter((part) => part !== undefined).join(' · ')
  return (
    <Popover position="top-end" trapFocus returnFocus shadow="md" width={300}>
      <Popover.Target>
        <Button
          variant="subtle"
          className={classes.tool ?? ''}
          aria-label={`${t('compose.options')}: ${chosen}`}
        >
          <Icon of={IconAdjustmentsHorizontal} />
          <span className={classes.chosen}>{chosen}</span>
        </Button>
      </Popover.Target>
      <Popover.Dropdown className={classes.options ?? ''}>
        <NativeSelect
          label={t('compose.model')}
          value={value.model ?? ''}
          onChange={({ currentTarget }) => onChange({ model: currentTarget.value || null })}
          data={[
            { value: '', label: t('compose.standard', { model: standard ?? '–' }) },
            ...models.filter(({ isDefault }) => !isDefault).map(({ id }) => id),
            // One that is no longer offered is still what the conversation uses.
            ...(value.model !== null && !models.some(({ id }) => id === value.model)
              ? [value.model]
              : []),
            ...(value.model !== null && value.model === standard ? [value.model] : []),
          ]}
        />
        <NativeSelect
          label={t('compose.systemPrompt')}
          value={value.systemPromptId ?? ''}
          onChange={({ currentTarget }) =>
            onChange({ systemPromptId: currentTarget.value || null })
          }
          data={[
            { value: '', label: t('compose.noSystemPrompt') },
            ...systemPrompts.map(({ id, name }) => ({ value: id, label: name })),
          ]}
        />
      </Popover.Dropdown>
    </Popover>
  )
}
