import { cx } from './cx.ts'

/** Holds the place of something that is coming, in its final size: `<Skeleton className="h-7 w-24" />`. */
export const Skeleton = ({ className }: { className?: string }) => (
  <span aria-hidden="true" className={cx('block animate-breathe rounded-sm bg-hover', className)} />
)
