import type { ReactNode } from 'react'
import classes from './blocks.module.css'

/** A state in a word; the colour only repeats it. */
export function Badge({
  tone = 'plain',
  children,
}: {
  tone?: 'plain' | 'good' | 'warn' | 'bad'
  children: ReactNode
}) {
  return (
    <span className={tone === 'plain' ? classes.badge : `${classes.badge} ${classes[tone]}`}>
      {children}
    </span>
  )
}
