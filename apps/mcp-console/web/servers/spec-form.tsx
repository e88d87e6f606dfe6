import { Button, NumberInput, SegmentedControl } from '@mantine/core'
import { ApiError, api } from '@minato/web/api'
import blocks from '@minato/web/blocks.module.css'
import { ErrorNote } from '@minato/web/error-state'
import { Form, FormActions, layout, SubmitAction, TextField } from '@minato/web/form'
import { LinesField } from '@minato/web/lines-field'
import { useMessages } from '@minato/web/messages'
import { SelectField } from '@minato/web/select-field'
import { Link } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import type { Accepted, Preflight, Spec } from '../shapes.ts'
import classes from './servers.module.css'
import { envText, parseCommand, parseEnv, parseVolumes, volumesText } from './spec-text.ts'

const TRANSPORTS = ['stdio', 'streamable-http', 'sse'] as const

/** Installing and changing are one form: what is sent is what is saved, references and all. */
export function SpecForm({
  spec,
  submit,
  send,
}: {
  spec: Partial<Spec>
  submit: string
  send: (spec: Spec) => Promise<Accepted>
}) {
  const t = useMessages('mcp-console')
  const [transport, setTransport] = useState(spec.transport ?? 'stdio')
  const [network, setNetwork] = useState(spec.network ?? 'bridge')
  const [delivery, setDelivery] = useState(spec.delivery ?? 'environment')
  const root = useRef<HTMLDivElement>(null)
  const read = (values: Record<string, string>): Spec => ({
    ...specOf(values, t),
    ...{ transport, network, delivery },
    ...(spec.source === undefined ? {} : { source: spec.source }),
    ...(spec.itemId === undefined ? {} : { itemId: spec.itemId }),
  })
  const now = () => {
    const form = root.current?.querySelector('form')
    const data = form ? [...new FormData(form)] : []
    return read(Object.fromEntries(data.map(([name, value]) => [name, String(value)])))
  }
  return (
    <div ref={root} className={classes.form}>
      <Form wide onSubmit={(values) => send(read(values))}>
        <TextField name="name" label={t('servers.form.name')} defaultValue={spec.name} required />
        <TextField
          name="image"
          label={t('servers.form.image')}
          defaultValue={spec.image}
          required
        />
        <LinesField
          name="env"
          label={t('servers.form.env')}
          help={t('servers.form.envHelp')}
          text={envText(spec.env ?? {})}
          className={classes.code}
        />
        <CheckReferences spec={now} />
        <Choice
          label={t('servers.form.delivery')}
          value={delivery}
          onChange={setDelivery}
          choices={(['environment', 'file'] as const).map((value) => ({
            value,
            label: t(`servers.form.deliveries.${value}`),
          }))}
        />
        <SelectField
          name="transport"
          label={t('servers.form.transport')}
          value={transport}
          onChange={(next) => setTransport(TRANSPORTS.find((one) => one === next) ?? 'stdio')}
          data={[...TRANSPORTS]}
        />
        {transport !== 'stdio' && (
          <>
            <TextField
              name="port"
              type="number"
              label={t('servers.form.port')}
              defaultValue={spec.port}
              required
            />
            <TextField name="path" label={t('servers.form.path')} defaultValue={spec.path ?? ''} />
          </>
        )}
        <details className={classes.more}>
          <summary>{t('servers.form.more')}</summary>
          <div className={classes.fields}>
            <LinesField
              name="command"
              label={t('servers.form.command')}
              help={t('servers.form.commandHelp')}
              text={(spec.command ?? []).join('\n')}
              className={classes.code}
            />
            <LinesField
              name="volumes"
              label={t('servers.form.volumes')}
              help={t('servers.form.volumesHelp')}
              text={volumesText(spec.volumes ?? [])}
              className={classes.code}
            />
            <Choice
              label={t('servers.form.network')}
              value={network}
              onChange={setNetwork}
              choices={(['bridge', 'none'] as const).map((value) => ({
                value,
                label: t(`servers.form.networks.${value}`),
              }))}
            />
            <NumberInput
              {...layout}
              name="memoryMb"
              label={t('servers.form.memory')}
              defaultValue={spec.limits?.memoryMb ?? 512}
              min={16}
              allowDecimal={false}
              hideControls
            />
            <NumberInput
              {...layout}
              name="cpus"
              label={t('servers.form.cpus')}
              defaultValue={spec.limits?.cpus ?? 1}
              min={0.05}
              step={0.5}
              hideControls
            />
          </div>
        </details>
        <FormActions>
          <SubmitAction>{submit}</SubmitAction>
        </FormActions>
      </Form>
    </div>
  )
}

type Words = ReturnType<typeof useMessages<'mcp-console'>>

/** @throws {ApiError} at the field, for a line that cannot be read */
function specOf(
  values: Record<string, string>,
  t: Words,
): Omit<Spec, 'transport' | 'network' | 'delivery'> {
  const env = parseEnv(values['env'] ?? '')
  if ('line' in env) throw fault('env', t('servers.form.envProblem', { line: env.line }))
  const volumes = parseVolumes(values['volumes'] ?? '')
  if ('line' in volumes)
    throw fault('volumes', t('servers.form.volumesProblem', { line: volumes.line }))
  const { name = '', image = '', port, path, command = '', memoryMb, cpus } = values
  return {
    ...{ name, image, ...env, ...volumes, ports: [], command: parseCommand(command) },
    limits: { memoryMb: Number(memoryMb ?? 512), cpus: Number(cpus ?? 1), pids: 256 },
    ...(port === undefined || port === '' ? {} : { port: Number(port) }),
    ...(path === undefined || path === '' ? {} : { path }),
  }
}

function fault(path: string, message: string): ApiError {
  const errors = [{ path, code: 'custom', message }]
  return new ApiError({
    status: 422,
    code: 'VALIDATION_FAILED',
    title: '',
    detail: message,
    errors,
  })
}

function Choice<V extends string>({
  label,
  value,
  onChange,
  choices,
}: {
  label: string
  value: V
  onChange: (value: V) => void
  choices: { value: V; label: string }[]
}) {
  return (
    <div>
      <span className={classes.label}>{label}</span>
      <SegmentedControl
        aria-label={label}
        value={value}
        onChange={(next) => onChange(next as V)}
        data={choices}
      />
    </div>
  )
}

/** Shows before the installation which references can be filled in, without any value. */
function CheckReferences({ spec }: { spec: () => Spec }) {
  const t = useMessages('mcp-console')
  const [found, setFound] = useState<Preflight>()
  const [error, setError] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  async function check() {
    setBusy(true)
    setError(undefined)
    setFound(undefined)
    try {
      const { env, command } = spec()
      setFound(await api.post<Preflight>('/api/mcp-console/preflight', { env, command }))
    } catch (cause) {
      setError(cause)
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className={classes.preflight}>
      <Button loading={busy} onClick={check}>
        {t('servers.form.preflight')}
      </Button>
      <div aria-live="polite">
        {error !== undefined && <ErrorNote error={error} />}
        {found !== undefined && (
          <>
            <p>
              {found.items.length === 0
                ? t('servers.form.noReferences')
                : found.ready && t('servers.form.ready')}
            </p>
            <ul>
              {found.items.map(({ item, field, found: standing }) => (
                <li key={`${item}:${field}`} data-found={standing}>
                  <code>{`{{ bw:${item}:${field} }}`}</code> {t(`servers.form.found.${standing}`)}
                </li>
              ))}
            </ul>
            {/* Beside this page: what was typed here stays. */}
            {!found.ready && (
              <Link to="/mcp-console/vault" target="_blank" className={blocks.touch}>
                {t('servers.form.toVault')}
              </Link>
            )}
          </>
        )}
      </div>
    </div>
  )
}
