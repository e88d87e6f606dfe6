import { CopyButton } from '@minato/web/copy-button'
import { useMessages } from '@minato/web/messages'
import type { ElementContent, Root, RootContent } from 'hast'
import { memo, type ReactNode, useEffect, useState } from 'react'
import classes from './markdown.module.css'

const MAX_HIGHLIGHTED = 40_000

/** Code with its language, a button that copies it, and a scrollbar of its own. */
export const CodeBlock = memo(function CodeBlock({
  code,
  language,
}: {
  code: string
  language: string
}) {
  const t = useMessages('chatbot')
  const tree = useHighlighted(language, code)
  return (
    <figure className={classes.code} data-raw>
      <figcaption>
        <span>{language || t('markdown.code')}</span>
        <CopyButton value={code} compact />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by key */}
      <pre tabIndex={0}>
        <code>{tree === undefined ? code : draw(tree.children)}</code>
      </pre>
    </figure>
  )
})

type Highlighter = typeof import('./highlight.ts')
let highlighter: Highlighter | undefined

/** Without colours the code is still there to read, so a failure to load them is let go. */
async function loadHighlighter(language: string): Promise<boolean> {
  try {
    highlighter ??= await import('./highlight.ts')
    return await highlighter.loadLanguage(language)
  } catch {
    return false
  }
}

function useHighlighted(language: string, code: string): Root | undefined {
  const wanted = language === '' || code.length > MAX_HIGHLIGHTED ? undefined : language
  const [, setReady] = useState(false)
  useEffect(() => {
    let gone = false
    if (wanted !== undefined)
      void loadHighlighter(wanted).then((ready) => {
        if (!gone) setReady(ready)
      })
    return () => {
      gone = true
    }
  }, [wanted])
  return wanted === undefined ? undefined : highlighter?.highlight(wanted, code)
}

function draw(nodes: readonly (RootContent | ElementContent)[]): ReactNode[] {
  return nodes.map((node, at) => {
    if (node.type === 'text') return node.value
    if (node.type !== 'element') return null
    const names = node.properties['className']
    return (
      <span key={at} className={Array.isArray(names) ? names.join(' ') : ''}>
        {draw(node.children)}
      </span>
    )
  })
}
