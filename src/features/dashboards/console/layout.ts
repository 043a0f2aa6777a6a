/** Columns and rows of the grid that a panel covers. */
export interface Rect {
  x: number
  y: number
  w: number
  h: number
}

export const columns = 24
export const smallest = { w: 2, h: 2 }

const overlap = (a: Rect, b: Rect): boolean => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h

/** Inside the grid and not smaller than what can be used. */
export function fitted({ x, y, w, h }: Rect, min = smallest): Rect {
  const width = Math.min(columns, Math.max(min.w, w))
  return {
    x: Math.min(columns - width, Math.max(0, x)),
    y: Math.max(0, y),
    w: width,
    h: Math.max(min.h, Math.min(100, h)),
  }
}

/**
 * One panel at another place. What stands there makes way: upwards where it fits above, else downwards, and on with
 * what that meets. Nothing else moves, so that a gap someone wants stays.
 */
export function placed<P extends Rect & { id: string }>(panels: readonly P[], id: string, to: Rect): P[] {
  const target = panels.find((panel) => panel.id === id)
  if (!target) return [...panels]
  const moved = { ...target, ...fitted(to, { w: Math.min(smallest.w, target.w), h: Math.min(smallest.h, target.h) }) }
  const others = panels.filter((panel) => panel.id !== id).toSorted((a, b) => a.y - b.y || a.x - b.x)
  const settled: P[] = [moved]
  for (const panel of others.filter((other) => !overlap(other, moved))) settled.push(panel)
  for (const panel of others.filter((other) => overlap(other, moved))) {
    const above = { ...panel, y: moved.y - panel.h }
    const fits = above.y >= 0 && !settled.some((other) => overlap(other, above))
    pushIn(settled, fits ? above : { ...panel, y: moved.y + moved.h })
  }
  const byId = new Map(settled.map((panel) => [panel.id, panel]))
  return panels.map((panel) => byId.get(panel.id)!)
}

/** Sets it in and moves down whatever it meets, one after the other. */
function pushIn<P extends Rect & { id: string }>(settled: P[], panel: P): void {
  settled.push(panel)
  for (;;) {
    const met = settled.findIndex((other, index) => index > 0 && other !== panel && overlap(other, panel))
    if (met === -1) return
    const [below] = settled.splice(met, 1)
    pushIn(settled, { ...below!, y: panel.y + panel.h })
  }
}

/** Moves everything up as far as it goes. */
export function compacted<P extends Rect & { id: string }>(panels: readonly P[]): P[] {
  const settled: P[] = []
  for (const panel of panels.toSorted((a, b) => a.y - b.y || a.x - b.x)) {
    let { y } = panel
    while (y > 0 && !settled.some((other) => overlap(other, { ...panel, y: y - 1 }))) y -= 1
    settled.push({ ...panel, y })
  }
  const byId = new Map(settled.map((panel) => [panel.id, panel]))
  return panels.map((panel) => byId.get(panel.id)!)
}

/** First row below everything. */
export const bottom = (panels: readonly Rect[]): number => Math.max(0, ...panels.map(({ y, h }) => y + h))

/** As one reads: row by row. */
export const inOrder = <P extends Rect>(panels: readonly P[]): P[] => panels.toSorted((a, b) => a.y - b.y || a.x - b.x)

const moves: Record<string, Partial<Rect>> = {
  ArrowLeft: { x: -1 },
  ArrowRight: { x: 1 },
  ArrowUp: { y: -1 },
  ArrowDown: { y: 1 },
}
const growths: Record<string, Partial<Rect>> = {
  ArrowLeft: { w: -1 },
  ArrowRight: { w: 1 },
  ArrowUp: { h: -1 },
  ArrowDown: { h: 1 },
}

/** Where an arrow key takes a panel; with Shift how it changes its size. Undefined for other keys. */
export function byKey({ x, y, w, h }: Rect, key: string, shift: boolean): Rect | undefined {
  const change = (shift ? growths : moves)[key]
  if (!change) return undefined
  const grown = { x, y, w: Math.min(w + (change.w ?? 0), columns - x), h: h + (change.h ?? 0) }
  return { ...grown, x: x + (change.x ?? 0), y: y + (change.y ?? 0) }
}
