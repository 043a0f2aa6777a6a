export { openEmbeddedMetrics, type EmbeddedMetrics, type EmbeddedMetricsOptions, type MetricsHealth } from './store.ts'
export type { StoreLimits } from './limits.ts'
