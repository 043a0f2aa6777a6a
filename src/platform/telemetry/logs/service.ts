import type { Labels } from '../labels.ts'

/** The first of these that a stream has names its service, in this order. */
const serviceLabels = [
  'service_name',
  'service',
  'app',
  'application',
  'job',
  'container',
  'container_name',
  'k8s_container_name',
  'app_kubernetes_io_name',
  'component',
  'workload',
  'name',
  'compose_service',
  'unit',
  'filename',
] as const

/** The service that a stream belongs to; `unknown_service` where no label says. */
export function serviceOf(labels: Labels): string {
  for (const name of serviceLabels) {
    const value = labels[name]
    if (value) return value
  }
  return 'unknown_service'
}
