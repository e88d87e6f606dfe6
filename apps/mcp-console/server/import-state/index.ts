export { stateImport } from './import-state.ts'
