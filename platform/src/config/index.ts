export { coreConfig } from './core-config.ts'
export {
  type AnySection,
  defineConfig,
  type Problem,
  type Profile,
  type Section,
  type Values,
} from './define-config.ts'
export { type Loaded, loadConfig, type Setting } from './load.ts'
export { ConfigError, EXIT_CONFIG, reportProblems } from './report.ts'
export type { Environment, Source } from './sources.ts'
export {
  amount,
  type Bilingual,
  bool,
  bytes,
  duration,
  integer,
  list,
  port,
  url,
  type Variable,
  variable,
} from './variable.ts'
