export { csrfToken } from './csrf.ts'
export { describeApi } from './docs.ts'
export { sendProblem } from './error-handler.ts'
export {
  type EventStream,
  endAllStreams,
  openEventStream,
  openStreamCount,
} from './event-stream.ts'
export { type Check, databaseProbe, measure, type Probe } from './health.ts'
export { httpConfig } from './http-config.ts'
export { addressKey, plainAddress } from './ip-list.ts'
export { localeOf } from './locale.ts'
export { listenForMetrics } from './metrics-listener.ts'
export { type Pressure, watchPressure } from './pressure.ts'
export { auditedBy, principalOf } from './principal.ts'
export { effectiveRates, type RateClass, type Rates } from './rate-classes.ts'
export { addAppRoutes } from './route-rules.ts'
export type { CspSources } from './security-headers.ts'
export { createServer, type ServerDeps } from './server.ts'
export { serveSite } from './static-site.ts'
export { systemRoutes } from './system-routes.ts'
export type { Principal, RouteRules } from './types.ts'
