import { Autocomplete, Button } from '@mantine/core'
import { Answer } from '@minato/web/answer'
import { api } from '@minato/web/api'
import { Badge } from '@minato/web/badge'
import parts from '@minato/web/blocks.module.css'
import { ConfirmAct } from '@minato/web/confirm-act'
import { Facts } from '@minato/web/facts'
import { useField } from '@minato/web/form'
import { FormDialog } from '@minato/web/form-dialog'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import { NumberText } from '@minato/web/number-text'
import { useSession } from '@minato/web/session'
import { OperationsPage } from '../operations-page.tsx'
import { refresh, useAnswer } from '../queries.ts'
import type { Lane, List, Models } from '../shapes.ts'
import { useModelsTabs } from './models-tabs.ts'
import { ProbeAction } from './probe.tsx'

export function LanesPage() {
  const t = useMessages('operations')
  const lanes = useAnswer<List<Lane>>('/llm/lanes')
  return (
    <OperationsPage title={t('models.title')} intro={t('lanes.intro')} tabs={useModelsTabs()}>
      <Answer of={lanes}>
        {({ items }) => (
          <>
            {items.map((lane) => (
              <LaneCard key={lane.lane} lane={lane} />
            ))}
            <ProbeAction />
          </>
        )}
      </Answer>
    </OperationsPage>
  )
}

function LaneCard({ lane }: { lane: Lane }) {
  const t = useMessages('operations')
  const { can } = useSession()
  const own = lane.source === 'operator'
  return (
    <section className={parts.card}>
      <div className={parts.heading}>
        <h2>
          <code>{lane.lane}</code> <span className={parts.muted}>{t(`lanes.${lane.lane}`)}</span>
        </h2>
        {own && <Badge tone="warn">{t('lanes.changed')}</Badge>}
      </div>
      <Facts
        of={[
          [
            t('lanes.model'),
            lane.model === '' ? t('lanes.unset') : <code key="m">{lane.model}</code>,
          ],
          [
            t('lanes.fallback'),
            lane.fallback === null ? '—' : <code key="f">{lane.fallback}</code>,
          ],
          [
            t('lanes.takes'),
            [t('lanes.textPart'), lane.images && t('lanes.images'), lane.files && t('lanes.files')]
              .filter(Boolean)
              .join(t('comma')),
          ],
          [t('lanes.maxOutput'), <NumberText key="o" value={lane.maxOutputTokens} />],
        ]}
      />
      {can('operations.manage') && (
        <div className={parts.row} style={{ marginTop: 16 }}>
          <ChangeLane lane={lane} />
          {own && <ResetLane lane={lane} />}
        </div>
      )}
    </section>
  )
}

function ChangeLane({ lane }: { lane: Lane }) {
  const t = useMessages('operations')
  async function save({ model, fallback }: Record<string, string>) {
    await api.put(`/api/operations/llm/lanes/${lane.lane}`, {
      model,
      fallback: fallback?.trim() || null,
    })
    await refresh()
    notify({ tone: 'done', title: t('lanes.done', { lane: lane.lane, model: model ?? '' }) })
  }
  return (
    <FormDialog
      opener={(open) => <Button onClick={open}>{t('lanes.change')}</Button>}
      title={t('lanes.changeTitle', { lane: lane.lane })}
      onSubmit={save}
    >
      <ModelField name="model" label={t('lanes.model')} defaultValue={lane.model} required />
      <ModelField
        name="fallback"
        label={t('lanes.fallback')}
        description={t('lanes.fallbackHelp')}
        defaultValue={lane.fallback ?? ''}
      />
    </FormDialog>
  )
}

/** A model's name, out of those the server has; any other may be typed. */
function ModelField(props: {
  name: string
  label: string
  description?: string
  defaultValue: string
  required?: boolean
}) {
  const models = useAnswer<Models>('/llm/models')
  const known = new Set([
    ...(models.data?.items.map(({ id }) => id) ?? []),
    ...(models.data?.server ?? []),
  ])
  const { onInput, ...field } = useField(props.name)
  return (
    <Autocomplete
      {...props}
      {...field}
      data={[...known]}
      onChange={onInput}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      withAsterisk={false}
    />
  )
}

function ResetLane({ lane }: { lane: Lane }) {
  const t = useMessages('operations')
  return (
    <ConfirmAct
      title={t('lanes.resetTitle', { lane: lane.lane })}
      detail={t('lanes.resetDetail')}
      act={t('lanes.reset')}
      onConfirm={async () => {
        await api.delete(`/api/operations/llm/lanes/${lane.lane}`)
        await refresh()
        notify({ tone: 'done', title: t('lanes.resetDone', { lane: lane.lane }) })
      }}
    >
      {(ask) => <Button onClick={ask}>{t('lanes.reset')}</Button>}
    </ConfirmAct>
  )
}
