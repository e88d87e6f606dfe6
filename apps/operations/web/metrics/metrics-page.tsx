import { Answer } from '@minato/web/answer'
import { BarChart, type BarPart } from '@minato/web/bar-chart'
import { EmptyState } from '@minato/web/empty-state'
import { useLocale } from '@minato/web/locale'
import { useMessages } from '@minato/web/messages'
import { IconActivity } from '@tabler/icons-react'
import { OperationsPage } from '../operations-page.tsx'
import { PeriodChoice, usePeriod } from '../period-choice.tsx'
import { useAnswer } from '../queries.ts'
import { FIGURES, type Figure, partOf } from './figures.ts'
import type { MetricHistory, MetricStep } from './metric-shapes.ts'
import classes from './metrics-page.module.css'

const REFRESH_MS = 30_000

/** How the system has been: the essentials, each a question with its answer as bars. */
export function MetricsPage() {
  const t = useMessages('operations')
  const hours = usePeriod()
  const history = useAnswer<MetricHistory>('/metrics/history', { hours }, REFRESH_MS)
  return (
    <OperationsPage title={t('metrics.title')} intro={t('metrics.intro')}>
      <PeriodChoice />
      <Answer of={history} lines={8}>
        {(answer) =>
          answer.items.every(({ rssBytes }) => rssBytes === 0) ? (
            <EmptyState
              icon={IconActivity}
              title={t('metrics.empty')}
              detail={t('metrics.emptyDetail')}
            />
          ) : (
            <div className={classes.grid}>
              {FIGURES.map((figure) => (
                <FigureChart key={figure.name} figure={figure} history={answer} />
              ))}
            </div>
          )
        }
      </Answer>
    </OperationsPage>
  )
}

function FigureChart({ figure, history }: { figure: Figure; history: MetricHistory }) {
  const t = useMessages('operations')
  const locale = useLocale()
  const { name, parts, now } = figure
  const words = (value: number) => figure.words(value, locale)
  const steps = history.items.map((step) => valuesOf(figure, step, history.stepSeconds))
  const question = t(`metrics.${name}.question`)
  return (
    <section className={classes.figure}>
      <h2>{question}</h2>
      <p className={classes.value}>
        {words(now(history))} <span>{t(`metrics.${name}.value`)}</span>
      </p>
      <BarChart
        low
        question={question}
        steps={steps}
        words={words}
        whole={figure.whole === true}
        parts={parts.map(
          ({ key, tone }, index): BarPart<`${number}`> => ({
            key: `${index}`,
            label: t(`metrics.parts.${key}`),
            tone,
          }),
        )}
      />
    </section>
  )
}

/** The parts of a bar, numbered: they are of different kinds from chart to chart. */
function valuesOf(figure: Figure, step: MetricStep, stepSeconds: number) {
  const values = figure.parts.map(({ key }) => partOf(key, step, stepSeconds))
  return { at: step.at, ...Object.fromEntries(values.map((value, index) => [index, value])) } as {
    at: string
  } & Record<`${number}`, number>
}
