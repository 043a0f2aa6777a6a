import { lazy, Suspense, useState } from 'react'
import { Skeleton } from '#console/ui/Skeleton.tsx'

/** Larger than all the rest of the page, and not needed before somebody writes a query. */
const PromqlEditor = lazy(() =>
  import('#console/promql/PromqlEditor.tsx').then(({ PromqlEditor: editor }) => ({ default: editor })),
)

interface QueryFieldProps {
  label: string
  hint?: string
  expr: string
  /** Names of the variables that may stand in it. */
  variables: readonly string[]
  onCommit: (expr: string) => void
}

/** PromQL. Half a query is not asked: what is typed counts from Enter on, or when the field is left. */
export function QueryField({ label, hint, expr, variables, onCommit }: QueryFieldProps) {
  const [typed, setTyped] = useState(expr)
  const [known, setKnown] = useState(expr)
  // It was changed elsewhere.
  if (expr !== known) {
    setKnown(expr)
    setTyped(expr)
  }
  const commit = (): void => {
    if (typed !== expr) onCommit(typed)
  }
  return (
    <div className="flex flex-col gap-1">
      <span aria-hidden="true" className="text-sm font-medium text-text">
        {label}
      </span>
      <Suspense fallback={<Skeleton className="h-8" />}>
        <PromqlEditor
          label={label}
          value={typed}
          variables={variables}
          onChange={setTyped}
          onRun={commit}
          onLeave={commit}
        />
      </Suspense>
      {hint && <p className="text-sm text-muted">{hint}</p>}
    </div>
  )
}
