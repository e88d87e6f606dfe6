import { Button, Select, Switch, TextInput } from '@mantine/core'
import { Answer } from '@minato/web/answer'
import { api } from '@minato/web/api'
import { Badge } from '@minato/web/badge'
import blocks from '@minato/web/blocks.module.css'
import { ConfirmAct } from '@minato/web/confirm-act'
import { CopyButton } from '@minato/web/copy-button'
import { DataTable } from '@minato/web/data-table'
import { EmptyState } from '@minato/web/empty-state'
import { ErrorNote } from '@minato/web/error-state'
import { Form, FormActions, SubmitAction, TextField } from '@minato/web/form'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import { useSession } from '@minato/web/session'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { ConsolePage } from '../console-page.tsx'
import { refresh, useList } from '../queries.ts'
import classes from './gateway.module.css'
import { ProfileState } from './profiles-page.tsx'
import { ServerName } from './server-name.tsx'
import type { Profile, ProfileServer, Upstream } from './shapes.ts'

const touch = {
  classNames: { root: classes.switch ?? '', label: blocks.touch ?? '' },
  wrapperProps: { 'data-touch': true },
}
const LIMITS = ['callsPerMinute', 'maxConcurrent', 'timeoutMs', 'maxOutputBytes'] as const

export function ProfilePage() {
  const t = useMessages('mcp-console')
  const { can } = useSession()
  const { id } = useParams({ strict: false }) as { id: string }
  const profiles = useList<Profile>('/profiles')
  const profile = profiles.rows.find((one) => one.id === id)
  return (
    <ConsolePage
      title={profile?.title ?? t('gateway.title')}
      crumbs={[{ label: t('gateway.title'), to: '/mcp-console/gateway' }]}
      actions={
        profile !== undefined && can('mcp-console.operate') ? <Acts profile={profile} /> : undefined
      }
    >
      <Answer of={profiles}>
        {() =>
          profile === undefined ? (
            <EmptyState title={t('gateway.empty')} detail={t('gateway.emptyDetail')} />
          ) : (
            <>
              <Address profile={profile} />
              <Servers profile={profile} />
              {can('mcp-console.operate') && <Limits key={profile.updatedAt} profile={profile} />}
            </>
          )
        }
      </Answer>
    </ConsolePage>
  )
}

async function patch(profile: Profile, changes: object): Promise<void> {
  await api.patch(`/api/mcp-console/profiles/${profile.id}`, changes)
  await refresh()
}

function Acts({ profile }: { profile: Profile }) {
  const t = useMessages('mcp-console')
  const navigate = useNavigate()
  const { name } = profile
  return (
    <ConfirmAct
      title={t('gateway.removeTitle', { name })}
      detail={t('gateway.removeDetail')}
      act={t('gateway.remove')}
      onConfirm={async () => {
        await api.delete(`/api/mcp-console/profiles/${profile.id}`)
        await navigate({ to: '/mcp-console/gateway' })
        await refresh()
        notify({ tone: 'done', title: t('gateway.removed', { name }) })
      }}
    >
      {(ask) => <Button onClick={ask}>{t('gateway.remove')}</Button>}
    </ConfirmAct>
  )
}

function Address({ profile }: { profile: Profile }) {
  return (
    <section className={blocks.card}>
      <div className={blocks.row}>
        <code>{profile.url}</code>
        <CopyButton value={profile.url} compact />
        <ProfileState profile={profile} />
      </div>
    </section>
  )
}

function Servers({ profile }: { profile: Profile }) {
  const t = useMessages('mcp-console')
  const { can } = useSession()
  const upstreams = useList<Upstream>('/upstreams', {}, 10_000)
  const [error, setError] = useState<unknown>()
  const known = new Map(upstreams.rows.map((upstream) => [upstream.ref, upstream]))
  async function save(servers: ProfileServer[]) {
    setError(undefined)
    try {
      await patch(profile, { servers })
      notify({ tone: 'done', title: t('gateway.saved', { name: profile.name }) })
    } catch (cause) {
      setError(cause)
    }
  }
  const change = (ref: string, changes: Partial<ProfileServer>) =>
    save(profile.servers.map((one) => (one.ref === ref ? { ...one, ...changes } : one)))
  return (
    <section className={blocks.section}>
      <h2>{t('gateway.servers')}</h2>
      <DataTable
        label={t('gateway.servers')}
        rows={profile.servers}
        rowKey={({ ref }) => ref}
        empty={<p className={blocks.muted}>{t('gateway.noServers')}</p>}
        columns={[
          {
            key: 'server',
            header: t('gateway.server'),
            primary: true,
            cell: ({ ref }) => <ServerName reference={ref} />,
          },
          {
            key: 'state',
            header: t('servers.state'),
            cell: ({ ref }) => <UpstreamState upstream={known.get(ref)} />,
          },
          {
            key: 'prefix',
            header: t('gateway.prefix'),
            cell: ({ ref, prefix }) => (
              <Prefix prefix={prefix} onSave={(next) => change(ref, { prefix: next })} />
            ),
          },
          {
            key: 'enabled',
            header: t('gateway.enabled'),
            cell: ({ ref, enabled }) => (
              <Switch
                classNames={{ root: classes.switch ?? '', track: classes.track ?? '' }}
                wrapperProps={{ 'data-touch': true }}
                aria-label={t('gateway.enabled')}
                checked={enabled}
                disabled={!can('mcp-console.operate')}
                onChange={(event) => void change(ref, { enabled: event.currentTarget.checked })}
              />
            ),
          },
          {
            key: 'remove',
            header: '',
            align: 'right',
            cell: ({ ref }) =>
              can('mcp-console.operate') && (
                <Button
                  size="compact-sm"
                  variant="subtle"
                  onClick={() => void save(profile.servers.filter((one) => one.ref !== ref))}
                >
                  {t('gateway.removeServer')}
                </Button>
              ),
          },
        ]}
      />
      {can('mcp-console.operate') && (
        <AddServer
          upstreams={upstreams.rows.filter(
            ({ ref }) => !profile.servers.some((one) => one.ref === ref),
          )}
          onAdd={(ref, name) =>
            save([...profile.servers, { ref, prefix: prefixOf(name), enabled: true, tools: null }])
          }
        />
      )}
      {error !== undefined && <ErrorNote error={error} />}
    </section>
  )
}

/** A name as a prefix may be: lower-case letters, digits and hyphens, a letter first. */
function prefixOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 32)
}

function Prefix({ prefix, onSave }: { prefix: string; onSave: (next: string) => void }) {
  const t = useMessages('mcp-console')
  const { can } = useSession()
  const [text, setText] = useState(prefix)
  if (!can('mcp-console.operate')) return <code>{prefix}</code>
  return (
    <TextInput
      aria-label={t('gateway.prefix')}
      title={t('gateway.prefixHelp')}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={() => text !== prefix && onSave(text)}
    />
  )
}

function UpstreamState({ upstream }: { upstream: Upstream | undefined }) {
  const t = useMessages('mcp-console')
  if (upstream?.connected) return <Badge tone="good">{t('gateway.connected')}</Badge>
  if (upstream !== undefined && upstream.restsForMs > 0)
    return <Badge tone="bad">{t('gateway.resting')}</Badge>
  return <Badge>{t('gateway.idle')}</Badge>
}

function AddServer({
  upstreams,
  onAdd,
}: {
  upstreams: Upstream[]
  onAdd: (ref: string, name: string) => Promise<void>
}) {
  const t = useMessages('mcp-console')
  const [ref, setRef] = useState<string | null>(null)
  const chosen = upstreams.find((one) => one.ref === ref)
  return (
    <div className={classes.add}>
      <Select
        label={t('gateway.server')}
        placeholder={t('gateway.chooseServer')}
        searchable
        value={ref}
        onChange={setRef}
        data={upstreams.map((one) => ({ value: one.ref, label: one.name }))}
      />
      <Button
        disabled={chosen === undefined}
        onClick={async () => {
          if (chosen !== undefined) await onAdd(chosen.ref, chosen.name)
          setRef(null)
        }}
      >
        {t('gateway.addServer')}
      </Button>
    </div>
  )
}

function Limits({ profile }: { profile: Profile }) {
  const t = useMessages('mcp-console')
  const words = useMessages('parts')
  const [enabled, setEnabled] = useState(profile.enabled)
  const [isDefault, setDefault] = useState(profile.isDefault)
  async function save(values: Record<string, string>) {
    const limits = LIMITS.map((name) => [name, values[name] ? Number(values[name]) : null])
    const { title = '' } = values
    await patch(profile, { title, enabled, isDefault, ...Object.fromEntries(limits) })
    notify({ tone: 'done', title: t('gateway.saved', { name: profile.name }) })
  }
  return (
    <section className={blocks.section}>
      <h2>{t('gateway.limits')}</h2>
      <Form wide onSubmit={save}>
        <TextField
          name="title"
          label={t('gateway.profileTitle')}
          defaultValue={profile.title}
          required
        />
        {LIMITS.map((name) => (
          <TextField
            key={name}
            name={name}
            type="number"
            label={t(`gateway.${name}`)}
            description={t('gateway.limitHelp')}
            defaultValue={profile[name] ?? ''}
          />
        ))}
        <div className={blocks.row}>
          <Switch
            {...touch}
            label={t('gateway.enabled')}
            checked={enabled}
            onChange={(event) => setEnabled(event.currentTarget.checked)}
          />
          <Switch
            {...touch}
            label={t('gateway.makeDefault')}
            checked={isDefault}
            onChange={(event) => setDefault(event.currentTarget.checked)}
          />
        </div>
        <FormActions>
          <SubmitAction>{words('save')}</SubmitAction>
        </FormActions>
      </Form>
    </section>
  )
}
