import type { Secret } from '../log/index.ts'
import type { Bilingual, SecretVariable, Variable } from './variable.ts'

/** What a deployment is for. `staging` follows production's rules but may name sandboxes. */
export type Profile = 'development' | 'test' | 'staging' | 'production'

/** One thing wrong with the configuration. Never holds a value. */
export type Problem = { variable: string; problem: Bilingual; mend: Bilingual }

type Variables = Record<string, Variable>

/** The parsed values of one section; optional secrets stay optional. */
export type Values<V extends Variables> = {
  readonly [K in keyof V]: V[K] extends SecretVariable<infer T>
    ? SecretOf<T>
    : V[K] extends Variable<infer T>
      ? T
      : never
}
type SecretOf<T> = undefined extends T ? Secret | undefined : Secret

/** A section whose variables are not known here: what the loader works on. */
export type AnySection = {
  variables: Variables
  check?: (values: never, profile: Profile) => Problem[]
}

export type Section<V extends Variables = Variables> = {
  variables: V
  check?: (values: Values<V>, profile: Profile) => Problem[]
}

/**
 * One section of the configuration: a concern's or an app's variables and the rules between them.
 *
 * @example
 * export const mailConfig = defineConfig({
 *   from: variable('MAIL_FROM', z.string().default('Minato <minato@localhost>'), { describe: 'Sender.' }),
 * })
 */
export function defineConfig<V extends Variables>(
  variables: V,
  rules: { check?: (values: Values<V>, profile: Profile) => Problem[] } = {},
): Section<V> {
  return { variables, ...rules }
}
