import type { ReactNode } from 'react'

/** Words in the middle of an empty plot, on a ground of their own so that no grid line runs through them. */
export const OverPlot = ({ children }: { children: ReactNode }) => (
  <div className="absolute inset-0 flex items-center justify-center text-muted">
    <div className="rounded-md bg-surface px-3 py-1">{children}</div>
  </div>
)
