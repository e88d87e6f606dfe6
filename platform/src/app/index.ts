export {
  type AppDefinition,
  type AppServices,
  defineApp,
  type Permission,
  type RouteServer,
  schemaOf,
} from './define-app.ts'
export type { Services } from './services.ts'
export type {
  ImportInput,
  ImportLeft,
  ImportReport,
  ImportTable,
  StateImport,
} from './state-import.ts'
export { discoverApps, type StandIns, type System } from './system.ts'
