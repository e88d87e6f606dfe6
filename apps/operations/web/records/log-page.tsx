import { Button, Radio, Stack } from '@mantine/core'
import { Answer } from '@minato/web/answer'
import { api } from '@minato/web/api'
import classes from '@minato/web/blocks.module.css'
import { ErrorNote } from '@minato/web/error-state'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import { useSession } from '@minato/web/session'
import { useState } from 'react'
import { OperationsPage } from '../operations-page.tsx'
import { refresh, useAnswer } from '../queries.ts'

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const
type Level = { level: string; configured: string }

export function LogPage() {
  const t = useMessages('operations')
  const answer = useAnswer<Level>('/log-level')
  return (
    <OperationsPage title={t('log.title')} intro={t('log.intro')}>
      <Answer of={answer}>{(now) => <LevelForm key={now.level} now={now} />}</Answer>
    </OperationsPage>
  )
}

function LevelForm({ now }: { now: Level }) {
  const t = useMessages('operations')
  const { can } = useSession()
  const [level, setLevel] = useState(now.level)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const put = (value: string) => api.put('/api/operations/log-level', { level: value })
  async function save() {
    setBusy(true)
    setError(undefined)
    try {
      await put(level)
      await refresh()
      const back = async () => {
        await put(now.level)
        await refresh()
      }
      const undo = { label: t('undo'), run: back }
      notify({ tone: 'done', title: t('log.done', { level }), undo })
    } catch (cause) {
      setError(cause)
    } finally {
      setBusy(false)
    }
  }
  return (
    <section className={classes.card}>
      <Radio.Group value={level} onChange={setLevel} label={t('log.level')}>
        <Stack gap="sm" my="md">
          {levels.map((value) => (
            <Radio
              key={value}
              value={value}
              className={classes.touch ?? ''}
              wrapperProps={{ 'data-touch': true }}
              disabled={!can('operations.manage')}
              label={
                <>
                  <code>{value}</code> {value === now.configured && `（${t('log.configured')}）`}
                  <span className={classes.choice}>{t(`log.levels.${value}`)}</span>
                </>
              }
            />
          ))}
        </Stack>
      </Radio.Group>
      {error !== undefined && <ErrorNote error={error} />}
      <Button onClick={save} loading={busy} disabled={level === now.level}>
        {t('log.act')}
      </Button>
    </section>
  )
}
