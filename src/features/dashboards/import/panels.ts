import { columns, type BoardInput, type Panel } from '../board.ts'
import type { Grafana, GrafanaPanel } from './grafana.ts'
import type { Report } from './report.ts'
import { levelOf, reducerOf, unitOf } from './words.ts'

type PanelInput = NonNullable<BoardInput['panels']>[number]
type Place = Pick<PanelInput, 'x' | 'y' | 'w' | 'h'>

const types: Record<string, Panel['type']> = {
  timeseries: 'timeseries',
  graph: 'timeseries',
  stat: 'stat',
  singlestat: 'stat',
  gauge: 'gauge',
  bargauge: 'bar',
  barchart: 'bar',
  table: 'table',
  'table-old': 'table',
  logs: 'logs',
  text: 'text',
  'status-history': 'status',
  'state-timeline': 'status',
}

/** Height of a row of Grafana's grid with the gap below it. */
const rowPx = 38
const sizeDefault = { w: 12, h: 8 }

/** In order, each at its place, with the ids `p1`, `p2`, … */
export function convertPanels({ panels = [], rows = [] }: Grafana, report: Report): PanelInput[] {
  const placed = rows.length > 0 ? placedRows(rows) : unfolded(panels)
  return placed
    .flatMap(({ panel, place }) => convertPanel(panel, place, report) ?? [])
    .map((panel, index) => ({ ...panel, id: `p${index + 1}` }))
}

interface Placed {
  panel: GrafanaPanel
  place: Place
}

/** The panels of a folded row stand in the row; what follows moves down by their height. */
function unfolded(panels: readonly GrafanaPanel[]): Placed[] {
  let shift = 0
  let below = 0
  return panels.flatMap((panel) => {
    const own = placeOf(panel, below)
    const place = { ...own, y: own.y + shift }
    const inside = (panel.panels ?? []).map((one) => ({ panel: one, place: placeOf(one, own.y + 1) }))
    const top = Math.min(...inside.map(({ place }) => place.y))
    const height = inside.length === 0 ? 0 : Math.max(...inside.map(({ place }) => place.y + place.h)) - top
    shift += height
    below = Math.max(below, own.y + own.h)
    return [
      { panel, place },
      ...inside.map(({ panel: one, place: at }) => ({ panel: one, place: { ...at, y: place.y + 1 + at.y - top } })),
    ]
  })
}

/** Before version 5 there were rows of twelve columns. */
function placedRows(rows: NonNullable<Grafana['rows']>): Placed[] {
  let y = 0
  return rows.flatMap(({ title, showTitle, height, panels = [] }) => {
    const h = Math.max(1, Math.round((Number.parseInt(String(height ?? 250), 10) || 250) / rowPx))
    const placed: Placed[] = []
    if (showTitle && title) {
      placed.push({
        panel: { type: 'row', title },
        place: { x: 0, y, w: columns, h: 1 },
      })
      y += 1
    }
    let x = 0
    for (const panel of panels) {
      const w = Math.min(columns, Math.max(1, Math.round((panel.span ?? 6) * 2)))
      if (x + w > columns) {
        x = 0
        y += h
      }
      placed.push({ panel, place: { x, y, w, h } })
      x += w
    }
    if (panels.length > 0) y += h
    return placed
  })
}

function placeOf({ gridPos, type }: GrafanaPanel, below: number): Place {
  const { x, y, w, h } = gridPos ?? {}
  const width = within(w ?? (type === 'row' ? columns : sizeDefault.w), 1, columns)
  return {
    x: within(x ?? 0, 0, columns - width),
    y: within(y ?? below, 0, 9_000),
    w: width,
    h: within(h ?? (type === 'row' ? 1 : sizeDefault.h), 1, 100),
  }
}

const within = (value: number, min: number, max: number): number => Math.min(max, Math.max(min, Math.round(value)))

function convertPanel(given: GrafanaPanel, place: Place, report: Report): Omit<PanelInput, 'id'> | undefined {
  const { type: kind = '', title = '' } = given
  const tell = (what: string): void => report(title ? `Panel "${title}"` : `Panel (${kind || 'without a kind'})`, what)
  if (kind === 'row') return { ...place, type: 'text', content: `## ${title.replaceAll('\n', ' ')}` }
  const type = Object.hasOwn(types, kind) ? types[kind]! : undefined
  if (!type) {
    tell(`panels of the kind ${kind || 'unknown'}: it was left out`)
    return undefined
  }
  tellOthers(given, tell)
  const common = {
    ...place,
    type,
    title: title.slice(0, 200),
    description: (given.description ?? '').slice(0, 2_000),
  }
  if (type === 'text') return { ...common, content: contentOf(given, tell) }
  const fields = given.fieldConfig?.defaults
  const axis = given.yaxes?.[0]
  return {
    ...common,
    queries: queriesOf(given, tell),
    unit: unitFor(fields?.unit ?? given.format ?? axis?.format ?? '', tell),
    decimals: decimalsOf(fields?.decimals ?? given.decimals),
    min: fields?.min ?? numberIn(axis?.min),
    max: fields?.max ?? numberIn(axis?.max),
    thresholds: thresholdsOf(given),
    stacked: given.stack ?? ['normal', 'percent'].includes(fields?.custom?.stacking?.mode ?? 'none'),
    filled: (fields?.custom?.fillOpacity ?? given.fill ?? 0) > 0,
    reduce: reduceFor(given.options?.reduceOptions?.calcs?.[0] ?? given.valueName ?? 'last', tell),
  }
}

function tellOthers(
  { fieldConfig, transformations = [], links = [], repeat, alert }: GrafanaPanel,
  tell: (what: string) => void,
): void {
  const overrides = fieldConfig?.overrides ?? []
  if (overrides.length > 0) tell(`overrides for single series (${overrides.length})`)
  if (transformations.length > 0) tell(`transformations (${transformations.length})`)
  if (links.length > 0) tell(`links (${links.length})`)
  if (repeat) tell(`repetition for each value of ${repeat}: it stands once`)
  if (alert !== undefined && alert !== null) tell('its alert')
}

function contentOf({ options, content, mode }: GrafanaPanel, tell: (what: string) => void): string {
  const text = options?.content ?? content ?? ''
  if ((options?.mode ?? mode) !== 'html') return text.slice(0, 50_000)
  tell('HTML: its text was kept')
  return text
    .replace(/<[^>]*>/g, ' ')
    .replace(/[ \t]+/g, ' ')
    .trim()
    .slice(0, 50_000)
}

function queriesOf({ targets = [] }: GrafanaPanel, tell: (what: string) => void): NonNullable<PanelInput['queries']> {
  const usable = targets.filter(({ expr, hide, refId = '' }) => {
    if (expr && !hide) return true
    tell(expr ? `the hidden query ${refId}` : `the query ${refId}, which is no PromQL or LogQL`)
    return false
  })
  if (usable.length > 10) tell(`${usable.length - 10} of its queries: a panel has 10 at most`)
  return usable.slice(0, 10).map(({ expr = '', legendFormat = '' }) => ({
    expr: bracketless(expr),
    legend: legendFormat === '__auto' ? '' : bracketless(legendFormat).slice(0, 500),
  }))
}

/** The older spelling `[[name]]` of `${name}`. */
const bracketless = (text: string): string =>
  text.replace(
    /\[\[(\w+)(?::(\w+))?\]\]/g,
    (_all, name: string, format?: string) => `\${${name}${format ? `:${format}` : ''}}`,
  )

function unitFor(name: string, tell: (what: string) => void): NonNullable<PanelInput['unit']> {
  const unit = unitOf(name)
  if (!unit) tell(`the unit ${name}: its numbers are plain`)
  return unit ?? 'number'
}

function reduceFor(name: string, tell: (what: string) => void): NonNullable<PanelInput['reduce']> {
  const reduce = reducerOf(name)
  if (!reduce) tell(`the calculation ${name}: it shows the last value`)
  return reduce ?? 'last'
}

const decimalsOf = (decimals: number | null | undefined): number | null =>
  typeof decimals === 'number' ? within(decimals, 0, 10) : null

/** The axes of `graph` have numbers as text. */
function numberIn(value: unknown): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : null
}

function thresholdsOf(given: GrafanaPanel): NonNullable<PanelInput['thresholds']> {
  const fields = given.fieldConfig?.defaults
  const { steps = [], mode } = fields?.thresholds ?? {}
  if (steps.length === 0) return singlestatThresholds(given)
  const [min, max] = [fields?.min ?? 0, fields?.max ?? 100]
  const base = steps.find(({ value }) => typeof value !== 'number')
  const above = steps.flatMap(({ color = '', value }) =>
    typeof value === 'number'
      ? [{ value: mode === 'percentage' ? min + (value / 100) * (max - min) : value, level: levelOf(color) }]
      : [],
  )
  // One colour for everything tells nothing; nor does one that only repeats the default.
  if (above.length === 0) return []
  return [{ value: Math.min(min, above[0]!.value), level: levelOf(base?.color ?? 'green') }, ...above]
    .filter(({ value }, index, all) => value !== all[index + 1]?.value)
    .slice(0, 10)
}

/** `"80,90"` with three colours. */
function singlestatThresholds({ thresholds, colors = [] }: GrafanaPanel): NonNullable<PanelInput['thresholds']> {
  if (typeof thresholds !== 'string' || thresholds.trim() === '') return []
  const values = thresholds.split(',').map(Number).filter(Number.isFinite)
  return [0, ...values]
    .map((value, index) => ({ value, level: levelOf(colors[index] ?? '') }))
    .filter(({ value }, index, all) => value !== all[index + 1]?.value)
    .slice(0, 10)
}
