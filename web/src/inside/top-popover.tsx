import { Popover, UnstyledButton } from '@mantine/core'
import type { ComponentProps, ReactNode } from 'react'
import { Icon } from '../parts/icon.tsx'
import classes from './top-bar.module.css'

/** A round button of the top bar with a count, and what it opens. */
export function TopPopover({
  icon,
  title,
  count,
  opened,
  onChange,
  idle,
  children,
}: {
  icon: ComponentProps<typeof Icon>['of']
  title: string
  count: number
  opened: boolean
  onChange: (opened: boolean) => void
  /** True while there is nothing to look at. */
  idle?: boolean
  children: ReactNode
}) {
  return (
    <Popover
      opened={opened}
      onChange={onChange}
      position="bottom-end"
      width={320}
      shadow="md"
      trapFocus
      returnFocus
    >
      <Popover.Target>
        <UnstyledButton
          className={classes.round}
          data-idle={idle}
          onClick={() => onChange(!opened)}
          aria-label={count > 0 ? `${title} (${count})` : title}
        >
          <Icon of={icon} size={20} />
          {count > 0 && (
            <span className={classes.count} aria-hidden>
              {count}
            </span>
          )}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown aria-label={title} tabIndex={-1} data-quiet-focus>
        {children}
      </Popover.Dropdown>
    </Popover>
  )
}

/** What a popover says when it has nothing to list. */
export function NothingHere({ title, detail }: { title: string; detail: string }) {
  return (
    <>
      <div>{title}</div>
      <div className={classes.dim}>{detail}</div>
    </>
  )
}
