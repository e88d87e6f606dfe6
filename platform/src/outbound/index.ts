export { checkUrl, type Verdict } from './check.ts'
export type { OutboundCode } from './error-table.ts'
