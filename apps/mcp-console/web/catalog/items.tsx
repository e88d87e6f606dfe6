import { Badge } from '@minato/web/badge'
import { DataTable } from '@minato/web/data-table'
import { useMessages } from '@minato/web/messages'
import { Link } from '@tanstack/react-router'
import type { CatalogItem } from '../shapes.ts'
import classes from './catalog.module.css'

export function itemAddress({ source, id }: { source: string; id: string }): string {
  return `/mcp-console/catalog/${source}/${encodeURIComponent(id)}`
}

/** All text of an item was written by strangers: it is shown as text. */
export function ItemCard({ item }: { item: CatalogItem }) {
  return (
    <li className={classes.card}>
      <h2 data-raw>
        <Link to={itemAddress(item)}>{item.title}</Link>
      </h2>
      <p data-raw>{item.description}</p>
      <ItemBadges item={item} />
    </li>
  )
}

export function ItemBadges({ item }: { item: CatalogItem }) {
  const t = useMessages('mcp-console')
  return (
    <div className={classes.badges}>
      {item.requiredSecrets.length > 0 && <Badge tone="warn">{t('catalog.needsSecrets')}</Badge>}
      {!item.installable && <Badge>{t('catalog.notInstallable')}</Badge>}
      {item.deprecated && <Badge tone="bad">{t('catalog.deprecated')}</Badge>}
      {item.tools.length > 0 && (
        <Badge>
          {t('catalog.tools')} {item.tools.length}
        </Badge>
      )}
    </div>
  )
}

export function ItemRows({ items }: { items: CatalogItem[] }) {
  const t = useMessages('mcp-console')
  return (
    <DataTable
      label={t('catalog.title')}
      rows={items}
      rowKey={(item) => item.id}
      rowLink={itemAddress}
      columns={[
        {
          key: 'title',
          header: t('servers.name'),
          primary: true,
          cell: (item) => <span data-raw>{item.title}</span>,
        },
        {
          key: 'description',
          header: t('catalog.about'),
          cell: (item) => <span data-raw>{item.description}</span>,
        },
        { key: 'badges', header: t('servers.state'), cell: (item) => <ItemBadges item={item} /> },
      ]}
    />
  )
}
