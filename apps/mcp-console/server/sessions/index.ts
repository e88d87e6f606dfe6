export { endJob, runJob, startJob } from './jobs.ts'
export { sessionRoutes } from './routes.ts'
export { startSessionSweep } from './sweep.ts'
