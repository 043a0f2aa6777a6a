export { openEmbeddedMetrics, type EmbeddedMetrics, type EmbeddedMetricsOptions, type MetricsHealth } from './store.ts'
