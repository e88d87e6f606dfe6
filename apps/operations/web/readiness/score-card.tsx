import classes from '@minato/web/blocks.module.css'
import { Facts } from '@minato/web/facts'
import { useMessages } from '@minato/web/messages'
import { Time } from '@minato/web/time'
import own from './readiness.module.css'
import { PHASES, type WholeRun } from './readiness-shapes.ts'

/** The score and what it is made of. */
export function ScoreCard({ run }: { run: WholeRun }) {
  const t = useMessages('operations')
  const { counts, minutes } = run
  return (
    <section className={`${classes.card} ${own.score}`} aria-label={t('readiness.score')}>
      <p className={own.figure} data-tone={toneOf(run.score)}>
        <strong>{run.score}</strong>
        <span>/100</span>
      </p>
      <Facts
        of={[
          [
            t('readiness.found'),
            t('readiness.counts', {
              open: counts.fail,
              waived: counts.waived,
              unproven: counts.skip,
              passed: counts.pass,
            }),
          ],
          [
            t('readiness.toMend'),
            minutes === 0 ? null : t('readiness.minutes', { count: minutes }),
          ],
          ...PHASES.map((phase): [string, string | null] => {
            const score = run.scores[phase]
            return [t(`readiness.phases.${phase}`), score === undefined ? null : `${score}/100`]
          }),
          [t('readiness.at'), <Time key="at" at={run.startedAt} as="second" />],
          [t('readiness.release'), `${run.release} (${run.profile})`],
          [t('readiness.by'), run.actor],
        ]}
      />
    </section>
  )
}

function toneOf(score: number): 'good' | 'warn' | 'bad' {
  return score >= 95 ? 'good' : score >= 70 ? 'warn' : 'bad'
}
