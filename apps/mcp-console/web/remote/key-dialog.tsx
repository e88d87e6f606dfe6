import { api } from '@minato/web/api'
import { TextField } from '@minato/web/form'
import { FormDialog } from '@minato/web/form-dialog'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import type { ReactNode } from 'react'
import { refresh } from '../queries.ts'
import type { RemoteServer } from './shapes.ts'

/** The header whose value comes out of the vault, for servers that want a fixed key. */
export function KeyDialog({
  server: { id, name: title, headers },
  children,
}: {
  server: RemoteServer
  children: (open: () => void) => ReactNode
}) {
  const t = useMessages('mcp-console')
  const [present, ...others] = headers
  async function save({ name, scheme, value = '' }: Record<string, string>) {
    const own = value.trim() === '' ? [] : [{ name, scheme: scheme?.trim() || null, value }]
    await api.patch(`/api/mcp-console/remote-servers/${id}`, { headers: [...own, ...others] })
    await refresh()
    notify({ tone: 'done', title: t('remote.keySaved', { name: title }) })
  }
  return (
    <FormDialog opener={children} title={t('remote.keyTitle', { name: title })} onSubmit={save}>
      <TextField
        name="name"
        label={t('remote.keyName')}
        defaultValue={present?.name ?? 'authorization'}
        autoComplete="off"
        required
      />
      <TextField
        name="scheme"
        label={t('remote.keyScheme')}
        description={t('remote.keySchemeHelp')}
        defaultValue={present === undefined ? 'Bearer' : (present.scheme ?? '')}
        autoComplete="off"
      />
      <TextField
        name="value"
        label={t('remote.keyValue')}
        description={t('remote.keyValueHelp')}
        placeholder="{{ bw:search:key }}"
        defaultValue={present?.value ?? ''}
        autoComplete="off"
      />
    </FormDialog>
  )
}
