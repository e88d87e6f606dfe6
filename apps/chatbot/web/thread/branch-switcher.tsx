import { ActionIcon } from '@mantine/core'
import { Icon } from '@minato/web/icon'
import { useMessages } from '@minato/web/messages'
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react'
import type { Message } from '../shapes.ts'
import { chooseBranch } from './branch-choices.ts'
import { ROOT } from './branch-path.ts'
import classes from './thread.module.css'

/** ‹ 1 / 2 ›: the other versions of a question or an answer. */
export function BranchSwitcher({
  conversationId,
  message,
  siblings,
}: {
  conversationId: string
  message: Message
  siblings: readonly string[]
}) {
  const t = useMessages('chatbot')
  const at = siblings.indexOf(message.id)
  if (siblings.length < 2) return null
  const step = (by: number, label: string, icon: typeof IconChevronLeft) => {
    const next = siblings[at + by]
    return (
      <ActionIcon
        variant="subtle"
        color="gray"
        size="sm"
        aria-label={label}
        // Not `disabled`: the focus would be lost at the last one.
        aria-disabled={next === undefined}
        onClick={() =>
          next !== undefined && chooseBranch(conversationId, message.parentId ?? ROOT, next)
        }
      >
        <Icon of={icon} size={16} />
      </ActionIcon>
    )
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for the fields of a form
    <span className={classes.branches} role="group" aria-label={t('message.branches')}>
      {step(-1, t('message.previous'), IconChevronLeft)}
      <span data-numbers>{t('message.branch', { at: at + 1, count: siblings.length })}</span>
      {step(1, t('message.next'), IconChevronRight)}
    </span>
  )
}
