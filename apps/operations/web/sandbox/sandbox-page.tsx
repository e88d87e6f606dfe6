import { Button, Chip, NumberInput } from '@mantine/core'
import { api } from '@minato/web/api'
import { Badge } from '@minato/web/badge'
import parts from '@minato/web/blocks.module.css'
import { ConfirmAct } from '@minato/web/confirm-act'
import { ErrorNote } from '@minato/web/error-state'
import { useLocale } from '@minato/web/locale'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import { useSession } from '@minato/web/session'
import { useState } from 'react'
import { OperationsPage } from '../operations-page.tsx'
import { refresh, useAnswer } from '../queries.ts'
import type { SandboxService, SandboxState } from '../shapes.ts'
import { SandboxAnswer } from './sandbox-answer.tsx'
import classes from './sandbox-page.module.css'
import { SeenRequests } from './seen-requests.tsx'

const EVERY_MS = 5_000

export function SandboxPage() {
  const t = useMessages('operations')
  const { can } = useSession()
  const sandbox = useAnswer<SandboxState>('/sandbox', {}, EVERY_MS)
  const reset = sandbox.data !== undefined && can('operations.manage')
  return (
    <OperationsPage
      title={t('sandbox.title')}
      intro={t('sandbox.intro')}
      actions={reset ? <Reset /> : undefined}
    >
      <SandboxAnswer of={sandbox}>
        {(data) => (
          <>
            <Services services={data.items} />
            <SeenRequests services={data.items} />
          </>
        )}
      </SandboxAnswer>
    </OperationsPage>
  )
}

function Services({ services }: { services: SandboxService[] }) {
  const t = useMessages('operations')
  const [count, setCount] = useState<number | string>('')
  return (
    <>
      <div className={classes.count}>
        <NumberInput
          label={t('sandbox.count')}
          description={t('sandbox.countHelp')}
          inputWrapperOrder={['label', 'input', 'description']}
          placeholder={t('sandbox.countNone')}
          min={1}
          max={1_000_000}
          allowDecimal={false}
          hideControls
          value={count}
          onChange={setCount}
        />
      </div>
      {services.map((service) => (
        <Service key={service.service} service={service} count={Number(count) || undefined} />
      ))}
    </>
  )
}

function Service({ service, count }: { service: SandboxService; count: number | undefined }) {
  const t = useMessages('operations')
  const locale = useLocale()
  const { can } = useSession()
  const [error, setError] = useState<unknown>()
  const { scenario, remaining } = service.active
  const normal = service.scenarios[0]?.name
  const put = async (name: string, times?: number) => {
    await api.put(`/api/operations/sandbox/scenarios/${service.service}`, {
      scenario: name,
      ...(times === undefined ? {} : { count: times }),
    })
    await refresh()
  }
  async function choose(name: string) {
    setError(undefined)
    try {
      await put(name, name === normal ? undefined : count)
      const title = service.scenarios.find((one) => one.name === name)?.title[locale] ?? name
      notify({
        tone: 'done',
        title: t('sandbox.set', { service: service.title[locale], scenario: title }),
        undo: { label: t('undo'), run: () => put(scenario, remaining ?? undefined) },
      })
    } catch (cause) {
      setError(cause)
    }
  }
  return (
    <section className={parts.card}>
      <div className={parts.heading}>
        <h2>{service.title[locale]}</h2>
        {scenario !== normal && (
          <Badge tone="warn">
            {remaining === null
              ? t('sandbox.active')
              : t('sandbox.remaining', { count: remaining })}
          </Badge>
        )}
      </div>
      <Chip.Group value={scenario} onChange={(name) => void choose(name)}>
        <div className={classes.choices} role="radiogroup" aria-label={service.title[locale]}>
          {service.scenarios.map(({ name, title }) => (
            <Chip key={name} value={name} variant="outline" disabled={!can('operations.manage')}>
              {title[locale]}
            </Chip>
          ))}
        </div>
      </Chip.Group>
      {error !== undefined && <ErrorNote error={error} />}
    </section>
  )
}

function Reset() {
  const t = useMessages('operations')
  return (
    <ConfirmAct
      title={t('sandbox.resetTitle')}
      detail={t('sandbox.resetDetail')}
      act={t('sandbox.reset')}
      onConfirm={async () => {
        await api.post('/api/operations/sandbox/reset')
        await refresh()
        notify({ tone: 'done', title: t('sandbox.resetDone') })
      }}
    >
      {(ask) => <Button onClick={ask}>{t('sandbox.reset')}</Button>}
    </ConfirmAct>
  )
}
