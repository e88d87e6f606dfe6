import { Button, Modal, NumberInput, Select } from '@mantine/core'
import { api } from '@minato/web/api'
import { Form, FormActions, SubmitAction } from '@minato/web/form'
import { MainAction } from '@minato/web/main-action'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import { useState } from 'react'
import { refresh, useAnswer } from '../queries.ts'
import type { Amount, Cap, List, User } from '../shapes.ts'

/** A limit for one person: new, or the one they have. */
export function LimitDialog({ cap }: { cap?: Cap }) {
  const t = useMessages('operations')
  const words = useMessages('parts')
  const [open, setOpen] = useState(false)
  const show = () => setOpen(true)
  return (
    <>
      {cap === undefined ? (
        <MainAction onClick={show}>{t('limits.add')}</MainAction>
      ) : (
        <Button size="compact-sm" variant="subtle" onClick={show}>
          {t('limits.change')}
        </Button>
      )}
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        title={cap === undefined ? t('limits.add') : t('limits.changeTitle', { user: cap.user })}
        closeButtonProps={{ 'aria-label': words('close') }}
      >
        <LimitForm cap={cap} onDone={() => setOpen(false)} />
      </Modal>
    </>
  )
}

function LimitForm({ cap, onDone }: { cap: Cap | undefined; onDone: () => void }) {
  const t = useMessages('operations')
  const words = useMessages('parts')
  const [user, setUser] = useState(cap && { id: cap.userId, email: cap.user })
  const [usd, setUsd] = useState<Amount>(cap?.usd ?? null)
  const [tokens, setTokens] = useState<Amount>(cap?.tokens ?? null)
  const [missing, setMissing] = useState(false)
  async function save() {
    setMissing(user === undefined)
    if (user === undefined) return
    await api.put(`/api/operations/llm/caps/${user.id}`, { usd, tokens })
    await refresh()
    notify({ tone: 'done', title: t('limits.done', { user: user.email }) })
    onDone()
  }
  return (
    <Form onSubmit={save}>
      {cap === undefined && (
        <UserField onChoose={setUser} error={missing ? words('required') : undefined} />
      )}
      <AmountField label={t('limits.usd')} value={usd} onChange={setUsd} digits={2} />
      <AmountField label={t('limits.tokens')} value={tokens} onChange={setTokens} digits={0} />
      <FormActions>
        <SubmitAction>{words('save')}</SubmitAction>
      </FormActions>
    </Form>
  )
}

function UserField({
  onChoose,
  error,
}: {
  onChoose: (user: { id: string; email: string } | undefined) => void
  error: string | undefined
}) {
  const t = useMessages('operations')
  const [query, setQuery] = useState('')
  const users = useAnswer<List<User>>('/users', { query: query || undefined, limit: 20 })
  const found = users.data?.items ?? []
  return (
    <Select
      label={t('usage.group.user')}
      placeholder={t('users.query')}
      searchable
      searchValue={query}
      onSearchChange={setQuery}
      // The server has searched already, in names too.
      filter={({ options }) => options}
      data={found.map(({ id, email }) => ({ value: id, label: email }))}
      onChange={(id) => onChoose(found.find((user) => user.id === id))}
      error={error}
    />
  )
}

function AmountField({
  label,
  value,
  onChange,
  digits,
}: {
  label: string
  value: Amount
  onChange: (value: Amount) => void
  digits: number
}) {
  const t = useMessages('operations')
  const kind = value === null ? 'standard' : value === 'none' ? 'none' : 'amount'
  return (
    <div>
      <Select
        label={label}
        allowDeselect={false}
        value={kind}
        onChange={(next) => onChange(next === 'amount' ? 0 : next === 'none' ? 'none' : null)}
        data={(['standard', 'amount', 'none'] as const).map((name) => ({
          value: name,
          label: t(`limits.${name}`),
        }))}
      />
      {kind === 'amount' && (
        <NumberInput
          mt="xs"
          aria-label={label}
          value={typeof value === 'number' ? value : 0}
          onChange={(next) => onChange(Number(next) || 0)}
          min={0}
          max={1_000_000_000}
          decimalScale={digits}
          thousandSeparator=","
          hideControls
        />
      )}
    </div>
  )
}
