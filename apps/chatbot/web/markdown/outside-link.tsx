import { useMessages } from '@minato/web/messages'
import type { ReactNode } from 'react'
import classes from './markdown.module.css'
import { readAddress } from './read-address.ts'

/**
 * A link out of an answer: nothing is fetched before it is clicked, and the host it leads to stands
 * beside it, whatever its text pretends.
 */
export function OutsideLink({
  address,
  text,
  children,
}: {
  address: string
  /** The link's text; when it is the address itself, the host need not be said again. */
  text?: string
  children: ReactNode
}) {
  const t = useMessages('chatbot')
  const target = readAddress(address)
  if (target === undefined)
    return (
      <span data-raw>
        {children}
        {text !== address && address !== '' && ` (${address.slice(0, 200)})`}
      </span>
    )
  const { href, host } = target
  return (
    <span data-raw>
      <a
        className={classes.link}
        href={href}
        target="_blank"
        rel="noopener noreferrer"
        title={`${href}\n${t('markdown.link', { host })}`}
      >
        {children}
      </a>
      {text !== address && <span className={classes.host}> ({host})</span>}
    </span>
  )
}
