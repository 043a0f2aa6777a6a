import { newPanel, type LoosePanel } from '#features/dashboards/console/index.ts'
import type { Unit } from '#console/ui/unit.ts'
import type { ExploreSearch } from './address.ts'
import { sharedUnit } from './unitOf.ts'
import type { Found } from './useResults.ts'

/** As dashboards call them. */
const panelUnits: Record<Unit, LoosePanel['unit']> = {
  count: 'number',
  per_second: 'per_second',
  ms: 'milliseconds',
  seconds: 'seconds',
  bytes: 'bytes',
  bytes_per_second: 'bytes_per_second',
  percent: 'percent',
  ratio: 'ratio',
}

/** As many queries as a panel takes. */
const queriesMax = 10

/** What is shown, as a panel of a dashboard: the queries of both panes, lines where lines are shown. */
export function panelOf({ view, unit, fill }: Pick<ExploreSearch, 'view' | 'unit' | 'fill'>, found: Found): LoosePanel {
  const expressions = [...found.answers.q, ...found.answers.r].map(({ expression }) => expression)
  return newPanel(found.mode === 'range' && view !== 'table' ? 'timeseries' : 'table', {
    title: expressions.join(', '),
    queries: [...new Set(expressions)].slice(0, queriesMax).map((expr) => ({ expr, legend: '' })),
    unit: panelUnits[unit ?? sharedUnit(expressions)],
    stacked: fill === 'stacked',
    filled: fill !== undefined,
  })
}
