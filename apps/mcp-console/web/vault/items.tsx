import { Autocomplete, Button } from '@mantine/core'
import { Answer } from '@minato/web/answer'
import { api } from '@minato/web/api'
import blocks from '@minato/web/blocks.module.css'
import { ConfirmAct } from '@minato/web/confirm-act'
import { CopyButton } from '@minato/web/copy-button'
import { DataTable } from '@minato/web/data-table'
import { EmptyState } from '@minato/web/empty-state'
import { layout, PasswordField, TextField, useField } from '@minato/web/form'
import { FormDialog } from '@minato/web/form-dialog'
import { MainAction } from '@minato/web/main-action'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import { Time } from '@minato/web/time'
import { IconKey } from '@tabler/icons-react'
import { refresh, useList } from '../queries.ts'
import type { VaultItem } from '../shapes.ts'

/** The built-in vault: names and fields are seen, values never. */
export function Items() {
  const t = useMessages('mcp-console')
  const list = useList<VaultItem>('/vault/items')
  return (
    <section className={blocks.section}>
      <div className={blocks.heading}>
        <h2>{t('vault.items')}</h2>
        <Add />
      </div>
      <p className={blocks.muted}>{t('vault.itemsDetail')}</p>
      <Answer of={list}>
        {() => (
          <DataTable
            label={t('vault.items')}
            rows={list.rows}
            rowKey={({ id }) => id}
            empty={
              <EmptyState icon={IconKey} title={t('vault.empty')} detail={t('vault.emptyDetail')} />
            }
            columns={[
              { key: 'name', header: t('vault.name'), primary: true, cell: ({ name }) => name },
              {
                key: 'fields',
                header: t('vault.reference'),
                cell: ({ name, fields }) => <References name={name} fields={fields} />,
              },
              {
                key: 'changed',
                header: t('vault.changed'),
                cell: ({ updatedAt }) => <Time at={updatedAt} as="relative" />,
              },
              {
                key: 'acts',
                header: '',
                align: 'right',
                cell: (item) => (
                  <span className={blocks.row}>
                    <Rotate item={item} />
                    <Remove item={item} />
                  </span>
                ),
              },
            ]}
          />
        )}
      </Answer>
    </section>
  )
}

function References({ name, fields }: { name: string; fields: string[] }) {
  return (
    <span className={blocks.row}>
      {fields.map((field) => {
        const reference = `{{ bw:${name}:${field} }}`
        return (
          <span key={field} className={blocks.row}>
            <code>{reference}</code>
            <CopyButton value={reference} compact />
          </span>
        )
      })}
    </span>
  )
}

function Add() {
  const t = useMessages('mcp-console')
  async function add({ name = '', field = '', value = '' }: Record<string, string>) {
    await api.post('/api/mcp-console/vault/items', { name, fields: { [field]: value } })
    await refresh()
    notify({ tone: 'done', title: t('vault.added', { name }) })
  }
  return (
    <FormDialog
      opener={(open) => <MainAction onClick={open}>{t('vault.add')}</MainAction>}
      title={t('vault.addTitle')}
      onSubmit={add}
    >
      <TextField name="name" label={t('vault.name')} description={t('vault.nameHelp')} required />
      <TextField
        name="field"
        label={t('vault.field')}
        description={t('vault.fieldHelp')}
        defaultValue="password"
        required
      />
      <PasswordField name="value" label={t('vault.value')} autoComplete="off" required />
    </FormDialog>
  )
}

function Rotate({ item: { id, name, fields } }: { item: VaultItem }) {
  const t = useMessages('mcp-console')
  async function change({ field = '', value = '' }: Record<string, string>) {
    await api.patch(`/api/mcp-console/vault/items/${id}`, { fields: { [field]: value } })
    await refresh()
    const detail = t('vault.rotatedDetail')
    notify({ tone: 'done', title: `${t('vault.rotated', { name })} ${detail}` })
  }
  return (
    <FormDialog
      opener={(open) => (
        <Button size="compact-sm" variant="subtle" onClick={open}>
          {t('vault.rotate')}
        </Button>
      )}
      title={t('vault.rotateTitle', { name })}
      onSubmit={change}
    >
      <FieldName fields={fields} />
      <PasswordField name="value" label={t('vault.value')} autoComplete="off" required />
    </FormDialog>
  )
}

/** One of the item's fields, or a new one. */
function FieldName({ fields }: { fields: string[] }) {
  const t = useMessages('mcp-console')
  return (
    <Autocomplete
      {...layout}
      {...useField('field')}
      name="field"
      label={t('vault.field')}
      description={t('vault.newField')}
      data={fields}
      defaultValue={fields[0] ?? ''}
      autoComplete="off"
      withAsterisk={false}
      required
    />
  )
}

function Remove({ item: { id, name } }: { item: VaultItem }) {
  const t = useMessages('mcp-console')
  return (
    <ConfirmAct
      title={t('vault.removeTitle', { name })}
      detail={t('vault.removeDetail')}
      act={t('vault.remove')}
      onConfirm={async () => {
        await api.delete(`/api/mcp-console/vault/items/${id}`)
        await refresh()
        notify({ tone: 'done', title: t('vault.removed', { name }) })
      }}
    >
      {(ask) => (
        <Button size="compact-sm" variant="subtle" onClick={ask}>
          {t('vault.remove')}
        </Button>
      )}
    </ConfirmAct>
  )
}
