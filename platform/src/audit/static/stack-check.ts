import { defineCheck, type Outcome, type StaticCheck, skip } from '../define-check.ts'
import { judge } from '../evidence.ts'
import type { Compose, ComposeService } from './compose.ts'
import type { StaticContext } from './context.ts'

export type Words = Omit<StaticCheck, 'phase' | 'run'>

/** A check of the compose file; without one nothing is proven. */
export function stackCheck(
  check: Words & { look(compose: Compose, context: StaticContext): Outcome | Promise<Outcome> },
): StaticCheck {
  const { look, ...words } = check
  return defineCheck<StaticCheck>({
    ...words,
    phase: 'static',
    async run(context) {
      const compose = await context.compose()
      return compose === undefined
        ? skip('There is no compose.yml here.', 'compose.yml がここにはありません。')
        : await look(compose, context)
    },
  })
}

/** What must hold for every service that stays up; `wrong` says what is wrong with one. */
export function everyService(
  check: Words & { wrong(service: ComposeService, name: string): string | false | undefined },
): StaticCheck {
  const { wrong, ...words } = check
  return stackCheck({
    ...words,
    look(compose) {
      const found = Object.entries(compose.services).flatMap(([name, service]) => {
        const text = wrong(service, name)
        return text === undefined || text === false
          ? []
          : [{ name, text: text === '' ? name : `${name} (${text})` }]
      })
      const count = Object.keys(compose.services).length
      const line = compose.lineOf(found[0]?.name ?? '')
      return judge(
        found.map(({ text }) => text),
        { en: 'Not so:', ja: '満たさないサービス:' },
        { en: `So for all ${count} services.`, ja: `${count} サービスすべてが満たします。` },
        { file: compose.path, ...(line === undefined ? {} : { line }) },
      )
    },
  })
}

/** Steps run once by hand end by themselves: nothing restarts or watches them. */
export const isStep = ({ restart, profiles }: ComposeService) =>
  restart === 'no' || restart === 'false' || profiles?.includes('steps') === true
