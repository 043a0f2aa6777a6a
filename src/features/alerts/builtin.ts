import { ruleDefaults, type Rule } from './rule.ts'

const shipped = (rule: Pick<Rule, 'name' | 'condition'> & Partial<Rule>): Rule => ({ ...ruleDefaults, ...rule })

const where = '{% if labels.instance %} on {{ labels.instance }}{% endif %}'

/** Rules every installation starts with, by their ids. Thresholds and times are those of S3's list, then our own. */
export const builtinRules: Record<string, Rule> = {
  'cpu-usage': shipped({
    name: 'High CPU usage',
    severity: 'warning',
    condition: { type: 'threshold', metric: 'cpu_usage', operator: 'above', threshold: 85, recovery_threshold: 80 },
    for_seconds: 300,
    annotations: { summary: `Processors are {{ value | round: 1 }} % busy${where}` },
  }),
  'memory-usage': shipped({
    name: 'High memory usage',
    severity: 'warning',
    condition: { type: 'threshold', metric: 'memory_usage', operator: 'above', threshold: 90, recovery_threshold: 87 },
    for_seconds: 180,
    annotations: { summary: `{{ value | round: 1 }} % of the memory is in use${where}` },
  }),
  'error-rate': shipped({
    name: 'High error rate',
    severity: 'error',
    condition: { type: 'threshold', metric: 'error_rate', operator: 'above', threshold: 5 },
    for_seconds: 120,
    annotations: { summary: `{{ value | round: 1 }} % of the requests fail${where}` },
  }),
  'response-time': shipped({
    name: 'Slow responses',
    severity: 'error',
    condition: { type: 'threshold', metric: 'response_time', operator: 'above', threshold: 5_000 },
    for_seconds: 60,
    annotations: { summary: `5 % of the requests take longer than {{ value | round }} ms${where}` },
  }),
  'disk-usage': shipped({
    name: 'Disk almost full',
    severity: 'critical',
    condition: { type: 'threshold', metric: 'disk_usage', operator: 'above', threshold: 90, recovery_threshold: 88 },
    for_seconds: 60,
    interval_seconds: 30,
    annotations: { summary: `{{ labels.system_filesystem_mountpoint }} is {{ value | round: 1 }} % full${where}` },
  }),
  'component-down': shipped({
    name: 'Component down',
    severity: 'critical',
    condition: { type: 'promql', expr: 'miktos_component_up', operator: 'below', threshold: 1 },
    for_seconds: 30,
    annotations: { summary: 'The component {{ labels.component }} does not work' },
  }),
  'target-down': shipped({
    name: 'Target down',
    severity: 'warning',
    condition: { type: 'promql', expr: 'up', operator: 'below', threshold: 1 },
    for_seconds: 120,
    annotations: { summary: 'No metrics come from {{ labels.instance }} ({{ labels.job }})' },
  }),
  'latency-regression': shipped({
    name: 'Slower than usual',
    severity: 'warning',
    condition: { type: 'regression', signal: 'p95', days: 7, deviations: 6, ratio: 1.5, requests_min: 50 },
    for_seconds: 600,
    interval_seconds: 300,
    annotations: {
      summary: '{{ labels.http_route }} takes {{ value | round: 3 }} s, usually {{ baseline | round: 3 }} s',
    },
  }),
  'error-regression': shipped({
    name: 'More errors than usual',
    severity: 'warning',
    condition: { type: 'regression', signal: 'error_rate', days: 7, deviations: 6, ratio: 2, requests_min: 50 },
    for_seconds: 600,
    interval_seconds: 300,
    annotations: {
      summary:
        '{{ value | times: 100 | round: 1 }} % of {{ labels.http_route }} fail, usually {{ baseline | times: 100 | round: 1 }} %',
    },
  }),
}
