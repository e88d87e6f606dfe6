import { Button, Menu } from '@mantine/core'
import { Icon } from '@minato/web/icon'
import { useMessages } from '@minato/web/messages'
import { IconTextPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { promptsQuery } from '../queries.ts'
import classes from './composer.module.css'

/** 要約, 翻訳, 議事録: puts a text at the beginning of the question. */
export function ShortcutsMenu({ onChoose }: { onChoose: (content: string) => void }) {
  const t = useMessages('chatbot')
  const { data } = useQuery(promptsQuery)
  const made = data?.items.filter(({ kind }) => kind === 'shortcut') ?? []
  // There from the beginning; a team's own of the same name replaces one.
  const builtIn = (['summary', 'translation', 'minutes'] as const)
    .map((id) => ({ id, name: t(`shortcuts.${id}`), content: t(`shortcuts.${id}Text`) }))
    .filter(({ name }) => !made.some((each) => each.name === name))
  const shortcuts = [...builtIn, ...made]
  return (
    <Menu position="top-start" returnFocus={false}>
      <Menu.Target>
        <Button variant="subtle" className={classes.tool ?? ''} aria-label={t('compose.shortcuts')}>
          <Icon of={IconTextPlus} />
          <span className={classes.toolText}>{t('compose.shortcuts')}</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown className={classes.shortcuts ?? ''}>
        {shortcuts.map(({ id, name, content }) => (
          <Menu.Item key={id} onClick={() => onChoose(content)}>
            {name}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item component={Link} to="/chatbot/prompts">
          {t('compose.manage')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
