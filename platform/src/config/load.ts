import { Secret } from '../log/index.ts'
import type { AnySection, Problem, Profile } from './define-config.ts'
import { nearest } from './nearest.ts'
import { type Environment, gather, type RawValue, rawValue, type Source } from './sources.ts'
import type { Variable } from './variable.ts'

const PROFILES = ['development', 'test', 'staging', 'production'] as const
/** Read before any section: they decide how the rest is read. */
const META = ['MINATO_ENV', 'MINATO_CONFIG_LANG']

/** One line of `minato config`: a variable, its printable value and where it came from. */
export type Setting = {
  section: string
  variable: Variable
  value: string
  source: Source
}

export type Loaded = {
  profile: Profile
  values: Record<string, Record<string, unknown>>
  settings: Setting[]
  problems: Problem[]
}

type LoadOptions = {
  root: string
  env: Environment
  sections: Record<string, AnySection>
  /** Values of running stand-ins (laptop only); the environment wins over them. */
  standIns?: Environment
}

/**
 * Parses the whole configuration at once and reports every problem together.
 * Nothing is thrown for a bad value: the caller prints `problems` and exits with 78 (EX_CONFIG).
 *
 * @example
 * const { values, problems } = loadConfig({ root: process.cwd(), env: process.env, sections })
 */
export function loadConfig(options: LoadOptions): Loaded {
  const problems: Problem[] = []
  const profile = readProfile(options.env, problems)
  const raw = gather(options.root, profile, options.env, options.standIns)
  const values: Loaded['values'] = Object.create(null)
  const settings: Setting[] = []
  for (const [name, section] of Object.entries(options.sections)) {
    const before = problems.length
    const parsed = parseSection(name, section, raw, problems, settings)
    // Rules between variables only make sense where each variable stands on its own.
    if (problems.length === before)
      problems.push(...(section.check?.(parsed as never, profile) ?? []))
    values[name] = Object.freeze(parsed)
  }
  problems.push(...unknownNames(options.env, options.sections))
  return { profile, values: Object.freeze(values), settings, problems }
}

function readProfile(env: Environment, problems: Problem[]): Profile {
  const text = env['MINATO_ENV'] || 'development'
  const profile = PROFILES.find((name) => name === text)
  if (profile !== undefined) return profile
  problems.push({
    variable: 'MINATO_ENV',
    problem: { en: 'is not a known profile', ja: 'が既知のプロファイルではありません' },
    mend: {
      en: `use one of ${PROFILES.join(', ')}`,
      ja: `${PROFILES.join('、')} のいずれかにしてください`,
    },
  })
  return 'production' // the strictest reading of a mistake
}

function parseSection(
  sectionName: string,
  section: AnySection,
  raw: Map<string, RawValue>,
  problems: Problem[],
  settings: Setting[],
): Record<string, never> {
  const parsed: Record<string, unknown> = Object.create(null)
  for (const [key, variable] of Object.entries(section.variables)) {
    const found = rawValue(raw, variable.name, problems)
    const result = variable.schema.safeParse(found?.text)
    if (!result.success) {
      problems.push(valueProblem(variable, result.error.issues[0]?.message, found === undefined))
      continue
    }
    const value = result.data
    parsed[key] = variable.secret && typeof value === 'string' ? new Secret(value) : value
    settings.push({
      section: sectionName,
      variable,
      value: value === undefined ? '' : variable.secret ? '[secret]' : printable(value),
      source: found?.source ?? 'default',
    })
  }
  return parsed as Record<string, never>
}

function printable(value: unknown): string {
  return Array.isArray(value) ? value.join(',') : String(value)
}

function valueProblem(variable: Variable, issue: string | undefined, missing: boolean): Problem {
  const example = variable.example === undefined ? '' : `, for example ${variable.example}`
  if (missing) {
    return {
      variable: variable.name,
      problem: { en: 'is not set', ja: 'が設定されていません' },
      mend: {
        en: `set it (${variable.describe}${example})`,
        ja: `設定してください（${variable.describe}）`,
      },
    }
  }
  // zod's own messages may quote the input ("received …"): only our fixed sentences pass.
  const reason = issue?.startsWith('must ') ? issue : 'has a value that is not accepted'
  return {
    variable: variable.name,
    problem: { en: reason, ja: `の値が正しくありません（${reason}）` },
    mend: { en: `${variable.describe}${example}`, ja: `${variable.describe}${example}` },
  }
}

function unknownNames(env: Environment, sections: Record<string, AnySection>): Problem[] {
  const known = new Set(META)
  for (const section of Object.values(sections)) {
    for (const variable of Object.values(section.variables)) known.add(variable.name)
  }
  const problems: Problem[] = []
  for (const name of Object.keys(env)) {
    if (!name.startsWith('MINATO_') || name.startsWith('MINATO_TEST_')) continue
    if (known.has(name) || known.has(name.replace(/_FILE$/, ''))) continue
    const suggestion = nearest(name, known)
    problems.push({
      variable: name,
      problem: { en: 'is not a known variable', ja: 'は未知の変数です' },
      mend: suggestion
        ? { en: `did you mean ${suggestion}?`, ja: `${suggestion} ではありませんか` }
        : { en: 'remove it', ja: '削除してください' },
    })
  }
  return problems
}
