export { openEmbeddedMetrics, type EmbeddedMetrics, type EmbeddedMetricsOptions } from './store.ts'
