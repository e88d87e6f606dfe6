import { Fragment, type ReactNode } from 'react'
import classes from './blocks.module.css'

/** Names and values; what is not there is left out. */
export function Facts({ of: facts }: { of: [label: string, value: ReactNode][] }) {
  return (
    <dl className={classes.facts}>
      {facts
        .filter(([, value]) => value !== null && value !== undefined && value !== '')
        .map(([label, value]) => (
          <Fragment key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </Fragment>
        ))}
    </dl>
  )
}
