export { watchCertificate } from './certificate.ts'
export { readExposition, type Sample } from './exposition.ts'
export { type Figure, type Reading, singleValue, valuesByLabel } from './figures.ts'
export { type HistoryStep, readHistory, startHistory } from './history.ts'
export {
  createMetrics,
  type MetricCounter,
  type MetricGauge,
  type MetricHistogram,
  type Metrics,
} from './metrics.ts'
export { type AppMetric, observeProcess } from './observe-process.ts'
export { outgoingTraceparent, traceOf } from './trace-context.ts'
