import { Button } from '@mantine/core'
import { Answer } from '@minato/web/answer'
import { api } from '@minato/web/api'
import blocks from '@minato/web/blocks.module.css'
import { CodeBlock } from '@minato/web/code-block'
import { ConfirmAct } from '@minato/web/confirm-act'
import { EmptyState } from '@minato/web/empty-state'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import { useSession } from '@minato/web/session'
import { Time } from '@minato/web/time'
import { IconShieldCheck } from '@tabler/icons-react'
import { ConsolePage } from '../console-page.tsx'
import { refresh, useList } from '../queries.ts'
import classes from './gateway.module.css'
import { useGatewayTabs } from './gateway-tabs.ts'
import { ServerName } from './server-name.tsx'
import type { Pin } from './shapes.ts'

export function HeldPage() {
  const t = useMessages('mcp-console')
  const held = useList<Pin>('/tool-pins', { state: 'held' })
  return (
    <ConsolePage title={t('gateway.held')} intro={t('gateway.heldIntro')} tabs={useGatewayTabs()}>
      <Answer of={held}>
        {() =>
          held.rows.length === 0 ? (
            <EmptyState
              icon={IconShieldCheck}
              title={t('gateway.heldEmpty')}
              detail={t('gateway.heldEmptyDetail')}
            />
          ) : (
            held.rows.map((pin) => <Held key={`${pin.server} ${pin.tool}`} pin={pin} />)
          )
        }
      </Answer>
    </ConsolePage>
  )
}

/** What was approved beside what the server says now: text, whatever it holds. */
function Held({ pin }: { pin: Pin }) {
  const t = useMessages('mcp-console')
  return (
    <section className={blocks.card}>
      <div className={blocks.heading}>
        <h2 data-raw>{pin.tool}</h2>
        <Approve pin={pin} />
      </div>
      <p className={blocks.muted}>
        <ServerName reference={pin.server} />{' '}
        {pin.changedAt !== null && <Time at={pin.changedAt} as="relative" />}
      </p>
      <div className={classes.sides}>
        <div>
          <strong>{t('gateway.before')}</strong>
          {pin.approved === null ? (
            <p>{t('gateway.appeared')}</p>
          ) : (
            <CodeBlock label={t('gateway.before')}>
              {JSON.stringify(pin.approved, null, 2)}
            </CodeBlock>
          )}
        </div>
        <div>
          <strong>{t('gateway.now')}</strong>
          <CodeBlock label={t('gateway.now')}>{JSON.stringify(pin.seen, null, 2)}</CodeBlock>
        </div>
      </div>
    </section>
  )
}

function Approve({ pin: { server, tool, seenHash } }: { pin: Pin }) {
  const t = useMessages('mcp-console')
  const { can } = useSession()
  if (!can('mcp-console.operate')) return null
  return (
    <ConfirmAct
      title={t('gateway.approveTitle', { tool })}
      detail={t('gateway.approveDetail')}
      act={t('gateway.approve')}
      onConfirm={async () => {
        await api.post('/api/mcp-console/tool-pins/approve', { server, tool, seenHash })
        await refresh()
        notify({ tone: 'done', title: t('gateway.approved', { tool }) })
      }}
    >
      {(ask) => <Button onClick={ask}>{t('gateway.approve')}</Button>}
    </ConfirmAct>
  )
}
