import type { Problem } from './define-config.ts'
import type { Environment } from './sources.ts'

/** EX_CONFIG of sysexits.h: the process was started with a configuration it cannot use. */
export const EXIT_CONFIG = 78

/** One line a problem: variable, what is wrong, how to mend it. Never a value. */
export function reportProblems(problems: Problem[], env: Environment): string {
  const japanese = (env['MINATO_CONFIG_LANG'] ?? env['LANG'] ?? '').startsWith('ja')
  return problems
    .map(({ variable, problem, mend }) =>
      japanese
        ? `${variable} ${problem.ja}。${mend.ja}\n`
        : `${variable} ${problem.en}: ${mend.en}\n`,
    )
    .join('')
}

/** The configuration cannot be used; `problems` says why, all at once. */
export class ConfigError extends Error {
  readonly problems: Problem[]
  constructor(problems: Problem[]) {
    super(
      `${problems.length} configuration problem(s): ${problems.map((p) => p.variable).join(', ')}`,
    )
    this.name = 'ConfigError'
    this.problems = problems
  }
}
