export {
  createErrorReporter,
  type ErrorReporter,
  type ErrorTables,
  fingerprintOf,
  listErrorGroups,
  resolveErrorGroup,
} from './error-groups.ts'
export { commonErrors } from './errors.ts'
export { definedErrors, defineErrors, type FieldError, MinatoError } from './minato-error.ts'
export { PROBLEM_JSON, problemOf } from './problem.ts'
export { openSentry, type Sentry } from './sentry.ts'
