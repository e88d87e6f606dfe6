import blocks from '@minato/web/blocks.module.css'
import { Facts } from '@minato/web/facts'
import { useMessages } from '@minato/web/messages'
import { Time } from '@minato/web/time'
import { Link } from '@tanstack/react-router'
import { itemAddress } from '../catalog/items.tsx'
import type { Container } from '../shapes.ts'
import { Load } from './load.tsx'
import { ServerFrame } from './server-frame.tsx'
import { ServerState } from './server-state.tsx'

export function ServerPage() {
  return (
    <ServerFrame>
      {(container) => (
        <>
          <Overview container={container} />
          {container.state === 'running' && <Load id={container.id} />}
        </>
      )}
    </ServerFrame>
  )
}

function Overview({ container }: { container: Container }) {
  const t = useMessages('mcp-console')
  const { source, itemId, jobId, ports } = container
  return (
    <section className={blocks.card}>
      <Facts
        of={[
          [t('servers.state'), <ServerState key="state" state={container.state} />],
          [
            t('servers.status'),
            <span key="status" data-raw>
              {container.status}
            </span>,
          ],
          [t('servers.image'), <code key="image">{container.image}</code>],
          [t('servers.transport'), <code key="transport">{container.transport}</code>],
          [
            t('servers.delivery'),
            t(`servers.deliveries.${container.hasSecrets ? container.delivery : 'none'}`),
          ],
          [
            t('servers.ports'),
            ports.map(({ container: inside, host }) => `127.0.0.1:${host} → ${inside}`).join(', '),
          ],
          [
            t('servers.from'),
            source === null || itemId === null ? null : (
              <Link key="from" to={itemAddress({ source, id: itemId })}>
                {itemId}
              </Link>
            ),
          ],
          [
            t('servers.job'),
            jobId === null ? null : (
              <Link key="job" to={`/mcp-console/jobs/${jobId}`}>
                {t('jobs.title')}
              </Link>
            ),
          ],
          [t('servers.docker'), container.dockerId],
          [t('servers.created'), <Time key="created" at={container.createdAt} />],
        ]}
      />
    </section>
  )
}
