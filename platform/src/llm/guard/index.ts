/** Guards against prompt injection: signals (score), and the wall (provenance, tools, output). */
export { canary } from './canary.ts'
export { delimit, delimiterNotice, type Provenance, type Source } from './delimit.ts'
export { DEFAULT_MAX_CHARS, type NormalizeOptions, normalize } from './normalize.ts'
export {
  createOutputFilter,
  type OutputFilter,
  type OutputFilterOptions,
} from './output-filter.ts'
export type { OutputFinding } from './output-stage.ts'
export { BLOCK_FROM, FLAG_FROM, type Score, score, type Verdict } from './score.ts'
export { allowedCall, allowTools, type NamedTool } from './tools.ts'
