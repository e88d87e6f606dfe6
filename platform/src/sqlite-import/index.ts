export { importIntoApp, suggestForApp } from './into-app.ts'
export type { BadGroup, SqliteReport, TableReport } from './report.ts'
