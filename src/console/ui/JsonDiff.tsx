import { changesBetween } from './changes.ts'
import { cx } from './cx.ts'

/** What changed between two values, field by field; each may be null for "did not exist". */
export function JsonDiff({ before, after }: { before: unknown; after: unknown }) {
  const changes = changesBetween(before, after)
  if (changes.length === 0) return <p className="text-muted">Nothing changed.</p>
  return (
    <dl className="divide-y divide-border overflow-hidden rounded-md border border-border font-mono text-sm leading-5">
      {changes.map(({ path, before, after }) => (
        <div key={path}>
          {path && <dt className="bg-raised px-2 py-1 text-muted">{path}</dt>}
          {before !== undefined && (
            <Line sign="−" word="Before" value={before} className="bg-error/8" signClass="text-error" />
          )}
          {after !== undefined && <Line sign="+" word="After" value={after} className="bg-ok/8" signClass="text-ok" />}
        </div>
      ))}
    </dl>
  )
}

const Line = ({
  sign,
  word,
  value,
  className,
  signClass,
}: {
  sign: string
  word: string
  value: unknown
  className: string
  signClass: string
}) => (
  <dd className={cx('flex gap-2 px-2 py-0.5', className)}>
    <span aria-hidden="true" className={cx('select-none', signClass)}>
      {sign}
    </span>
    <span className="sr-only">{word}: </span>
    <span className="min-w-0 break-all whitespace-pre-wrap">
      {typeof value === 'string' ? value : JSON.stringify(value, null, 2)}
    </span>
  </dd>
)
