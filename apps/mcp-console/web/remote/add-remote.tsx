import { Modal } from '@mantine/core'
import { api } from '@minato/web/api'
import { useFilters } from '@minato/web/data-table'
import { Form, FormActions, SubmitAction, TextField } from '@minato/web/form'
import { MainAction } from '@minato/web/main-action'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import { useState } from 'react'
import { refresh } from '../queries.ts'
import type { RemoteServer } from './shapes.ts'

/** By its address; `?source=official&item=…` registers what the catalog names. */
export function AddRemote() {
  const t = useMessages('mcp-console')
  const words = useMessages('parts')
  const [{ source, item }, set] = useFilters()
  const chosen = source !== undefined && item !== undefined
  const [open, setOpen] = useState(chosen)
  async function add({ name, url }: Record<string, string>) {
    const body = { ...(name ? { name } : {}), ...(chosen ? { source, item } : { url }) }
    const made = await api.post<RemoteServer>('/api/mcp-console/remote-servers', body)
    await refresh()
    notify({ tone: 'done', title: t('remote.added', { name: made.name }) })
    close()
  }
  function close() {
    setOpen(false)
    set({ source: undefined, item: undefined })
  }
  return (
    <>
      <MainAction onClick={() => setOpen(true)}>{t('remote.add')}</MainAction>
      <Modal
        opened={open}
        onClose={close}
        title={t('remote.addTitle')}
        closeButtonProps={{ 'aria-label': words('close') }}
      >
        <Form onSubmit={add}>
          {chosen ? (
            <p>{t('remote.fromCatalog', { item })}</p>
          ) : (
            <TextField
              name="url"
              label={t('remote.url')}
              description={t('remote.urlHelp')}
              required
            />
          )}
          <TextField name="name" label={t('remote.name')} />
          <FormActions>
            <SubmitAction>{t('remote.add')}</SubmitAction>
          </FormActions>
        </Form>
      </Modal>
    </>
  )
}
