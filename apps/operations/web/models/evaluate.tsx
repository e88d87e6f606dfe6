import { Button, SegmentedControl } from '@mantine/core'
import { api } from '@minato/web/api'
import { Badge } from '@minato/web/badge'
import parts from '@minato/web/blocks.module.css'
import { ErrorNote } from '@minato/web/error-state'
import { Facts } from '@minato/web/facts'
import { useMessages } from '@minato/web/messages'
import { useSession } from '@minato/web/session'
import { useState } from 'react'
import type { Evaluation, Prompt } from '../shapes.ts'

/** Runs the prompt's cases against a lane and says which hold. */
export function Evaluate({ prompt }: { prompt: Prompt }) {
  const t = useMessages('operations')
  const { can } = useSession()
  const [lane, setLane] = useState('main')
  const [busy, setBusy] = useState(false)
  const [result, setResult] = useState<Evaluation>()
  const [error, setError] = useState<unknown>()
  if (prompt.cases === 0 || !can('operations.manage')) return null
  async function evaluate() {
    setBusy(true)
    setError(undefined)
    try {
      const path = `/api/operations/llm/prompts/${prompt.name}/evaluate`
      setResult(await api.post<Evaluation>(path, { lane }))
    } catch (cause) {
      setError(cause)
    } finally {
      setBusy(false)
    }
  }
  return (
    <section className={parts.section}>
      <h2>{t('prompts.evaluation')}</h2>
      <p className={parts.muted}>{t('prompts.evaluationIntro', { count: prompt.cases })}</p>
      <div className={parts.row}>
        <SegmentedControl
          aria-label={t('usage.group.lane')}
          value={lane}
          onChange={setLane}
          data={['lite', 'main', 'pro']}
        />
        <Button loading={busy} onClick={evaluate}>
          {t('prompts.evaluate')}
        </Button>
      </div>
      {error !== undefined && <ErrorNote error={error} />}
      <div aria-live="polite">{result !== undefined && <Result result={result} />}</div>
    </section>
  )
}

function Result({ result: { passed, total, cases } }: { result: Evaluation }) {
  const t = useMessages('operations')
  return (
    <>
      <p>
        <Badge tone={passed === total ? 'good' : 'bad'}>
          {t('prompts.passed', { passed, total })}
        </Badge>
      </p>
      {cases.map((one, index) => (
        <details key={index} className={parts.card} open={!one.passed}>
          <summary>
            {t('prompts.case', { number: index + 1 })}{' '}
            <Badge tone={one.passed ? 'good' : 'bad'}>
              {t(one.passed ? 'prompts.casePassed' : 'prompts.caseFailed')}
            </Badge>
          </summary>
          <Facts
            of={[
              [t('prompts.input'), <code key="input">{JSON.stringify(one.input)}</code>],
              [t('prompts.expected'), <code key="expected">{one.expected}</code>],
              [
                t('prompts.output'),
                <span key="output" data-raw>
                  {one.output}
                </span>,
              ],
              [t('prompts.problem'), one.error],
            ]}
          />
        </details>
      ))}
    </>
  )
}
