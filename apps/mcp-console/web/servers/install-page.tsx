import { Answer } from '@minato/web/answer'
import { api } from '@minato/web/api'
import { useFilters } from '@minato/web/data-table'
import { useMessages } from '@minato/web/messages'
import { useNavigate } from '@tanstack/react-router'
import { ConsolePage } from '../console-page.tsx'
import { refresh, useAnswer } from '../queries.ts'
import type { Accepted, CatalogItem, Spec } from '../shapes.ts'
import { SpecForm } from './spec-form.tsx'

/** `?source=docker&item=github-official` fills the form from the catalog. */
export function InstallPage() {
  const t = useMessages('mcp-console')
  const [{ source, item }] = useFilters()
  return (
    <ConsolePage
      title={t('servers.form.title')}
      intro={t('servers.form.intro')}
      crumbs={[{ label: t('servers.title'), to: '/mcp-console/servers' }]}
    >
      {source === undefined || item === undefined ? (
        <Install spec={{}} />
      ) : (
        <FromCatalog source={source} item={item} />
      )}
    </ConsolePage>
  )
}

function FromCatalog({ source, item }: { source: string; item: string }) {
  const found = useAnswer<CatalogItem>(`/catalog/${source}/${encodeURIComponent(item)}`)
  return <Answer of={found}>{(data) => <Install spec={specFrom(data)} />}</Answer>
}

function Install({ spec }: { spec: Partial<Spec> }) {
  const t = useMessages('mcp-console')
  const navigate = useNavigate()
  return (
    <SpecForm
      spec={spec}
      submit={t('servers.form.submit')}
      send={async (body) => {
        const path = '/api/mcp-console/containers/install'
        const started = await api.post<Accepted>(path, body, { query: { async: true } })
        await refresh()
        await navigate({ to: `/mcp-console/jobs/${started.jobId}` })
        return started
      }}
    />
  )
}

/** Secrets become references under the item's own name: what is in the vault only has to be called so. */
export function specFrom(item: CatalogItem): Partial<Spec> {
  const env = item.env.map((input): [string, string] => {
    if (input.secret) return [input.name, `{{ bw:${item.name}:${input.name} }}`]
    return [input.name, input.default ?? '']
  })
  const wanted = env.filter(
    ([name, value]) => value !== '' || item.env.some((one) => one.name === name && one.required),
  )
  return {
    name: item.name,
    ...(item.image === null ? {} : { image: item.image }),
    transport: item.transport,
    ...(item.ports[0] === undefined ? {} : { port: item.ports[0].container }),
    ...(item.httpPath === undefined ? {} : { path: item.httpPath }),
    command: item.command,
    env: Object.fromEntries(wanted),
    volumes: item.volumes.filter(({ source }) => source !== ''),
    network: item.networkDisabled ? 'none' : 'bridge',
    source: item.source,
    itemId: item.id,
  }
}
