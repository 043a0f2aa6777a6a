import { cx } from './cx.ts'
import { Skeleton } from './Skeleton.tsx'

interface CardSkeletonsProps {
  /** From top to bottom: how many cards stand beside each other, and how tall they are in px. */
  rows: { cards: 1 | 2 | 4; height: number }[]
}

const columns = { 1: '', 2: 'lg:grid-cols-2', 4: 'grid-cols-2 lg:grid-cols-4' }

/** Outlines of the cards that are coming, about as they will stand. */
export const CardSkeletons = ({ rows }: CardSkeletonsProps) => (
  <div className="flex flex-col gap-3">
    {rows.map(({ cards, height }, row) => (
      // Placeholders have no identity.
      // oxlint-disable-next-line react/no-array-index-key
      <div key={row} className={cx('grid gap-3', columns[cards])}>
        {Array.from({ length: cards }, (_, card) => (
          // oxlint-disable-next-line react/no-array-index-key
          <div key={card} style={{ height }} className="rounded-lg border border-border bg-surface p-3">
            <Skeleton className="h-3 w-24" />
          </div>
        ))}
      </div>
    ))}
  </div>
)
