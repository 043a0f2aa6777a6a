import { useQuery } from '@tanstack/react-query'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import { panelTypes } from './choices.ts'
import { bottom, columns, inOrder } from './layout.ts'
import { dashboardQuery } from './queries.ts'

const rowPx = 9

/** The board in small: which panels stand where. */
export function Preview({ id }: { id: string }) {
  const { data } = useQuery(dashboardQuery(id))
  if (!data) return <Skeleton className="h-40" />
  const { panels } = data.board
  if (panels.length === 0) return <p className="text-muted">No panels yet.</p>
  return (
    <ul
      aria-label="Panels"
      className="grid max-h-80 overflow-hidden rounded-md border border-border bg-canvas p-1"
      style={{
        gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
        gridAutoRows: rowPx,
        maxHeight: Math.min(320, bottom(panels) * rowPx + 10),
      }}
    >
      {inOrder(panels).map(({ id: panel, title, type, x, y, w, h }) => (
        <li
          key={panel}
          style={{ gridColumn: `${x + 1} / span ${w}`, gridRow: `${y + 1} / span ${h}` }}
          className="m-px overflow-hidden rounded-sm border border-border bg-surface px-1 text-xs leading-4 text-muted"
        >
          {title || panelTypes[type]}
        </li>
      ))}
    </ul>
  )
}
