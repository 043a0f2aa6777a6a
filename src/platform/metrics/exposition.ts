import { Registry, type Metric, type OpenMetricsContentType } from 'prom-client'

export interface Exposition {
  contentType: string
  text: string
}

/** All metrics as Prometheus text, or as OpenMetrics for whoever accepts that. */
export async function expose(registry: Registry, accept = ''): Promise<Exposition> {
  const chosen = accept.includes('application/openmetrics-text') ? openMetricsOf(registry) : registry
  return { contentType: chosen.contentType, text: await chosen.metrics() }
}

/** The library renames the counters it writes as OpenMetrics, so it is given stand-ins for them. */
function openMetricsOf(registry: Registry): Registry<OpenMetricsContentType> {
  const copy = new Registry<OpenMetricsContentType>()
  copy.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
  for (const metric of registry.getMetricsAsArray()) copy.registerMetric(Object.create(metric) as Metric)
  return copy
}
