import { Badge } from '@minato/web/badge'
import blocks from '@minato/web/blocks.module.css'
import { CodeBlock } from '@minato/web/code-block'
import { useMessages } from '@minato/web/messages'

export type Ran = { id: string; durationMs: number; outcome: string; result: unknown }

/** An answer as text: nothing of it is run, and pictures are named, not shown. */
export function RunResult({ of: ran }: { of: Ran }) {
  const t = useMessages('mcp-console')
  return (
    <div aria-live="polite">
      <div className={blocks.row}>
        <strong>{t('inspector.result')}</strong>
        {ran.outcome === 'tool-error' && <Badge tone="bad">{t('inspector.failed')}</Badge>}
        <span className={blocks.muted} data-numbers>
          {Math.round(ran.durationMs)} ms
        </span>
      </div>
      <CodeBlock label={t('inspector.result')}>{textOf(ran.result)}</CodeBlock>
    </div>
  )
}

function textOf(result: unknown): string {
  if (isContent(result) && result.content.every(({ type }) => type === 'text'))
    return result.content.map(({ text }) => text ?? '').join('\n')
  return JSON.stringify(result, null, 2) ?? ''
}

type Content = { content: { type: string; text?: string }[] }

function isContent(value: unknown): value is Content {
  return (
    typeof value === 'object' &&
    value !== null &&
    'content' in value &&
    Array.isArray(value.content)
  )
}
