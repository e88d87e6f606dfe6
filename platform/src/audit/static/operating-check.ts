import { defineCheck, type Outcome, type StaticCheck, skip } from '../define-check.ts'
import type { StaticContext } from './context.ts'
import type { SourceTree } from './source-tree.ts'

type Words = Omit<StaticCheck, 'phase' | 'run'>

/** A check of what the people who run the system need; an image does not carry all of it. */
export function operatingCheck(
  check: Words & {
    below: string
    look(files: SourceTree, context: StaticContext): Promise<Outcome>
  },
): StaticCheck {
  const { below, look, ...words } = check
  return defineCheck<StaticCheck>({
    ...words,
    phase: 'static',
    run(context) {
      const present = context.files.paths.some((path) => path.startsWith(below))
      return present
        ? look(context.files, context)
        : skip(`There is no ${below} here.`, `${below} がここにはありません。`)
    },
  })
}
