import { Counter, Histogram, type Registry } from 'prom-client'

/** What the evaluation of rules tells of itself. */
export function evaluationMetrics(registry: Registry) {
  return {
    duration: new Histogram({
      name: 'miktos_rule_evaluation_duration_seconds',
      help: 'Duration of the evaluation of one alert rule',
      labelNames: ['type'],
      buckets: [0.0001, 0.001, 0.01, 0.1, 1, 10],
      registers: [registry],
    }),
    failures: new Counter({
      name: 'miktos_rule_evaluation_failures_total',
      help: 'Evaluations of alert rules that failed',
      labelNames: ['type'],
      registers: [registry],
    }),
    missed: new Counter({
      name: 'miktos_rule_evaluations_missed_total',
      help: 'Evaluations of alert rules that were not made up for, because they were too long ago',
      registers: [registry],
    }),
  }
}
