import { Button } from '@mantine/core'
import { Answer } from '@minato/web/answer'
import { Badge } from '@minato/web/badge'
import blocks from '@minato/web/blocks.module.css'
import { DataTable } from '@minato/web/data-table'
import { Facts } from '@minato/web/facts'
import { useLocale } from '@minato/web/locale'
import { MainAction } from '@minato/web/main-action'
import { useMessages } from '@minato/web/messages'
import { useSession } from '@minato/web/session'
import { Time } from '@minato/web/time'
import { useNavigate, useParams } from '@tanstack/react-router'
import { ConsolePage } from '../console-page.tsx'
import { useAnswer } from '../queries.ts'
import type { CatalogItem } from '../shapes.ts'
import classes from './catalog.module.css'
import { ItemBadges } from './items.tsx'

export function ItemPage() {
  const t = useMessages('mcp-console')
  const { source, _splat: id } = useParams({ strict: false }) as { source: string; _splat: string }
  const item = useAnswer<CatalogItem>(`/catalog/${source}/${encodeURIComponent(id)}`)
  return (
    <ConsolePage
      title={item.data?.title ?? id}
      crumbs={[{ label: t('catalog.title'), to: '/mcp-console/catalog' }]}
      actions={item.data === undefined ? undefined : <Acts item={item.data} />}
    >
      <Answer of={item}>{(data) => <Item item={data} />}</Answer>
    </ConsolePage>
  )
}

function Acts({ item }: { item: CatalogItem }) {
  const t = useMessages('mcp-console')
  const { can } = useSession()
  const navigate = useNavigate()
  if (!can('mcp-console.operate')) return null
  const { source, id, remoteUrl } = item
  return (
    <>
      {remoteUrl !== undefined && (
        <Button
          onClick={() =>
            navigate({ to: '/mcp-console/remote-servers', search: { source, item: id } as never })
          }
        >
          {t('catalog.connect')}
        </Button>
      )}
      {item.installable && (
        <MainAction
          onClick={() =>
            navigate({ to: '/mcp-console/servers/install', search: { source, item: id } as never })
          }
        >
          {t('catalog.install')}
        </MainAction>
      )}
    </>
  )
}

function Item({ item }: { item: CatalogItem }) {
  const t = useMessages('mcp-console')
  const locale = useLocale()
  return (
    <>
      {item.whyNot !== undefined && <p className={blocks.note}>{item.whyNot[locale]}</p>}
      <section className={blocks.card}>
        <p className={classes.about} data-raw>
          {item.description}
        </p>
        <ItemBadges item={item} />
        <Facts
          of={[
            [
              t('catalog.publisher'),
              <span key="publisher" data-raw>
                {item.publisher}
              </span>,
            ],
            [
              t('catalog.image'),
              item.image === null ? null : <code key="image">{item.image}</code>,
            ],
            [t('catalog.version'), item.version],
            [t('catalog.transport'), <code key="transport">{item.transport}</code>],
            [
              t('catalog.updated'),
              item.updatedAt === null ? null : <Time key="updated" at={item.updatedAt} as="date" />,
            ],
            [t('catalog.homepage'), outside(item.links.homepage)],
            [t('catalog.repository'), outside(item.links.repository)],
            [t('catalog.leftOut'), item.leftOut.join(', ')],
          ]}
        />
      </section>
      <Inputs item={item} />
      {item.tools.length > 0 && (
        <section className={blocks.section}>
          <h2>{t('catalog.tools')}</h2>
          <div className={blocks.row} data-raw>
            {item.tools.map((tool) => (
              <code key={tool}>{tool}</code>
            ))}
          </div>
        </section>
      )}
    </>
  )
}

function Inputs({ item: { env } }: { item: CatalogItem }) {
  const t = useMessages('mcp-console')
  if (env.length === 0) return null
  return (
    <section className={blocks.section}>
      <h2>{t('catalog.inputs')}</h2>
      <DataTable
        label={t('catalog.inputs')}
        rows={env}
        rowKey={({ name }) => name}
        columns={[
          {
            key: 'name',
            header: t('catalog.input'),
            primary: true,
            cell: ({ name, required, secret }) => (
              <span className={blocks.row}>
                <code>{name}</code>
                {required && <Badge tone="warn">{t('catalog.required')}</Badge>}
                {secret && <Badge>{t('catalog.secret')}</Badge>}
              </span>
            ),
          },
          {
            key: 'description',
            header: t('catalog.inputDetail'),
            cell: ({ description }) => <span data-raw>{description}</span>,
          },
        ]}
      />
    </section>
  )
}

/** Only the web's own addresses become links: the catalog's text is not trusted. */
function outside(href: string | undefined) {
  const url = href === undefined ? null : URL.parse(href)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return null
  return (
    <a key={url.href} href={url.href} target="_blank" rel="noreferrer noopener" data-raw>
      {url.host}
      {url.pathname}
    </a>
  )
}
