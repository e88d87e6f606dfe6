import { api } from '@minato/web/api'
import { useFilters } from '@minato/web/data-table'
import { TextField } from '@minato/web/form'
import { FormDialog } from '@minato/web/form-dialog'
import { MainAction } from '@minato/web/main-action'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import { refresh } from '../queries.ts'
import type { RemoteServer } from './shapes.ts'

/** By its address; `?source=official&item=…` registers what the catalog names. */
export function AddRemote() {
  const t = useMessages('mcp-console')
  const [{ source, item }, set] = useFilters()
  const chosen = source !== undefined && item !== undefined
  async function add({ name, url }: Record<string, string>) {
    const body = { ...(name ? { name } : {}), ...(chosen ? { source, item } : { url }) }
    const made = await api.post<RemoteServer>('/api/mcp-console/remote-servers', body)
    await refresh()
    notify({ tone: 'done', title: t('remote.added', { name: made.name }) })
  }
  return (
    <FormDialog
      opener={(open) => <MainAction onClick={open}>{t('remote.add')}</MainAction>}
      title={t('remote.addTitle')}
      submit={t('remote.add')}
      onSubmit={add}
      onClose={() => set({ source: undefined, item: undefined })}
      startsOpen={chosen}
    >
      {chosen ? (
        <p>{t('remote.fromCatalog', { item })}</p>
      ) : (
        <TextField name="url" label={t('remote.url')} description={t('remote.urlHelp')} required />
      )}
      <TextField name="name" label={t('remote.name')} />
    </FormDialog>
  )
}
