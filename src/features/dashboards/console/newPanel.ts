import { bottom } from './layout.ts'
import type { Board, Panel, PanelType } from './queries.ts'

/** A panel before it has its place among others. */
export type LoosePanel = Omit<Panel, 'id' | 'y'>

const sizes: Partial<Record<PanelType, Pick<Panel, 'w' | 'h'>>> = {
  stat: { w: 6, h: 5 },
  gauge: { w: 6, h: 6 },
  text: { w: 24, h: 3 },
  logs: { w: 24, h: 10 },
}

export const newPanel = (type: PanelType, given: Partial<LoosePanel> = {}): LoosePanel => ({
  type,
  title: '',
  description: '',
  x: 0,
  ...(sizes[type] ?? { w: 12, h: 8 }),
  queries: type === 'text' ? [] : [{ expr: '', legend: '' }],
  unit: 'number',
  decimals: null,
  min: null,
  max: null,
  thresholds: [],
  stacked: false,
  filled: false,
  reduce: 'last',
  content: type === 'text' ? 'Write **Markdown** here.' : '',
  ...given,
})

/** Below all others. */
export const placedBelow = ({ panels }: Board, panel: LoosePanel): Panel => ({
  ...panel,
  id: freeId(panels),
  y: bottom(panels),
})

function freeId(panels: readonly Panel[]): string {
  const used = new Set(panels.map(({ id }) => id))
  let count = panels.length + 1
  while (used.has(`p${count}`)) count += 1
  return `p${count}`
}
