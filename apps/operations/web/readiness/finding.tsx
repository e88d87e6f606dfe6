import { Badge } from '@minato/web/badge'
import { Facts } from '@minato/web/facts'
import { useLocale } from '@minato/web/locale'
import { useMessages } from '@minato/web/messages'
import own from './readiness.module.css'
import { type Result, type State, stateOf } from './readiness-shapes.ts'
import { WithCode } from './with-code.tsx'

const TONES: Record<State, 'bad' | 'warn' | 'plain' | 'good'> = {
  open: 'bad',
  waived: 'warn',
  unproven: 'plain',
  passed: 'good',
}

/** One check: what it says in a line, opened: what was seen, why it matters, how to mend it. */
export function FindingCard({ result }: { result: Result }) {
  const t = useMessages('operations')
  const locale = useLocale()
  const state = stateOf(result)
  const { waiver } = result
  const place = placeOf(result)
  return (
    <details className={own.finding}>
      <summary>
        <Badge tone={TONES[state]}>{t(`readiness.states.${state}`)}</Badge>
        <span className={own.title}>
          <WithCode text={result.title[locale]} />
        </span>
        <span className={own.weight}>
          {t(`readiness.severities.${result.severity}`)}
          {state === 'open' && ` · ${t('readiness.minutes', { count: result.minutes })}`}
        </span>
      </summary>
      <div className={own.detail}>
        <Facts
          of={[
            [t('readiness.seen'), <WithCode key="seen" text={result.evidence[locale]} />],
            [t('readiness.place'), place === undefined ? null : <code key="place">{place}</code>],
            [t('readiness.why'), <WithCode key="why" text={result.why[locale]} />],
            [t('readiness.mend'), <WithCode key="mend" text={result.mend[locale]} />],
            [
              t('readiness.waiver'),
              waiver === undefined
                ? null
                : t('readiness.waivedBy', { owner: waiver.owner, expires: waiver.expires }),
            ],
            [t('readiness.reason'), waiver?.reason ?? null],
            [
              t('readiness.seeds'),
              result.seeds.length === 0 ? null : (
                <WithCode key="seeds" text={result.seeds.join(t('comma'))} />
              ),
            ],
            [t('readiness.check'), <code key="id">{result.id}</code>],
          ]}
        />
      </div>
    </details>
  )
}

function placeOf({ place }: Result): string | undefined {
  if (place === undefined) return undefined
  const { file, line, variable, url } = place
  if (file !== undefined) return line === undefined ? file : `${file}:${line}`
  return variable ?? url
}
