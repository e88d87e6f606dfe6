import { SegmentedControl } from '@mantine/core'
import { Answer } from '@minato/web/answer'
import blocks from '@minato/web/blocks.module.css'
import { CodeBlock } from '@minato/web/code-block'
import { CopyButton } from '@minato/web/copy-button'
import { useMessages } from '@minato/web/messages'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useAnswer } from '../queries.ts'

const CLIENTS = ['claude-desktop', 'vscode', 'cursor'] as const
type Copied = { file: string; text: string; profile: string | null }

/** What to paste into a client, so that it reaches this server through the gateway. */
export function ClientConfiguration({ path }: { path: string }) {
  const t = useMessages('mcp-console')
  const [client, setClient] = useState<string>(CLIENTS[0])
  const copied = useAnswer<Copied>(`${path}/client-configuration`, { client })
  return (
    <>
      <SegmentedControl
        mb="md"
        aria-label={t('inspector.client')}
        value={client}
        onChange={setClient}
        data={CLIENTS.map((value) => ({ value, label: t(`inspector.clients.${value}`) }))}
      />
      <Answer of={copied}>
        {({ file, text, profile }) => (
          <>
            {profile === null && (
              <p className={blocks.note}>
                {t('inspector.noProfile')}{' '}
                <Link to="/mcp-console/gateway">{t('inspector.toProfiles')}</Link>
              </p>
            )}
            <div className={blocks.heading}>
              <span>
                {t('inspector.file')} <code>{file}</code>
              </span>
              <CopyButton value={text} compact />
            </div>
            <CodeBlock label={file}>{text}</CodeBlock>
            <p className={blocks.muted}>{t('inspector.keyHint')}</p>
          </>
        )}
      </Answer>
    </>
  )
}
