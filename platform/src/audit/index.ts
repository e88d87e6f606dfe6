export { auditFiles, auditSystem } from './audit.ts'
export { auditConfig } from './config.ts'
export {
  type AnyCheck,
  type BootCheck,
  defineCheck,
  fail,
  type LiveCheck,
  type Outcome,
  PHASES,
  type Phase,
  type Place,
  pass,
  type Severity,
  type StaticCheck,
  skip,
} from './define-check.ts'
export { auditErrors } from './errors.ts'
export { auditFigures } from './figures.ts'
export { auditJob, auditWork } from './job.ts'
export { isFinding, type Report, type Result } from './report.ts'
export { listRuns, type RunSummary, readRun, saveRun } from './runs.ts'
