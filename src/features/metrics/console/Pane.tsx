import { History, LibraryBig, X } from 'lucide-react'
import { useState } from 'react'
import type { TimeRange } from '#console/timeRange.ts'
import { Button, IconButton } from '#console/ui/Button.tsx'
import { Card } from '#console/ui/Card.tsx'
import { cx } from '#console/ui/cx.ts'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import { HistoryDialog } from '#features/saved-queries/console/index.ts'
import { queriesMax, queriesOf, type ExploreSearch, type PaneName, type SetExploreSearch } from './address.ts'
import { MetricBrowser } from './MetricBrowser.tsx'
import { AddQuery, QueryRows } from './QueryRows.tsx'
import { ResultView } from './ResultView.tsx'
import { SlowNote } from './SlowNote.tsx'
import { Starters } from './Starters.tsx'
import { sharedUnit } from './unitOf.ts'
import type { Results } from './useResults.ts'

interface PaneProps {
  pane: PaneName
  search: ExploreSearch
  setSearch: SetExploreSearch
  drafts: readonly string[]
  results: Results
  onDrafts: (drafts: string[]) => void
  /** With drafts: these instead of what is written. */
  onRun: (drafts?: string[]) => void
  onRange: (range: TimeRange) => void
  /** Present where there is another pane beside it. */
  onClose?: (() => void) | undefined
}

/** Queries and what they found. */
export function Pane(props: PaneProps) {
  const { pane, search, setSearch, drafts, results, onDrafts, onRun, onRange, onClose } = props
  const { found, error } = results
  const hasQueries = queriesOf(search, pane).length > 0
  const [dialog, setDialog] = useState<'metrics' | 'history'>()
  const answers = (hasQueries && found?.answers[pane]) || []
  const close = (): void => setDialog(undefined)
  const paneLabel = pane === 'r' ? ', second pane' : ''
  return (
    <Card className="@container">
      <QueryRows
        drafts={drafts}
        answers={answers}
        found={found}
        onDrafts={onDrafts}
        onRun={onRun}
        onStep={(step) => setSearch({ step })}
        paneLabel={paneLabel}
        autoFocus={pane === 'q' && drafts.length === 1 && drafts[0] === ''}
      />
      <div className="mt-1 mb-3 flex flex-wrap items-center gap-1">
        <AddQuery drafts={drafts} onDrafts={onDrafts} />
        <Button variant="ghost" icon={LibraryBig} onClick={() => setDialog('metrics')}>
          Metrics
        </Button>
        <Button variant="ghost" icon={History} onClick={() => setDialog('history')}>
          History
        </Button>
        {onClose && <IconButton icon={X} label={`Close this pane${paneLabel}`} onClick={onClose} className="ml-auto" />}
      </div>
      {error && answers.length === 0 && <ErrorPanel error={error} what="the result" onRetry={() => onRun()} />}
      {error && answers.length > 0 && (
        <div className="mb-2">
          <ErrorPanel error={error} what="newer values" onRetry={() => onRun()} />
        </div>
      )}
      {hasQueries && answers.length === 0 && results.isFetching && <Skeleton className="h-80" />}
      {hasQueries && answers.length === 0 && !results.isFetching && !error && (
        <EmptyState kind="none" title="Nothing ran" action={<Button onClick={() => onRun()}>Run again</Button>}>
          The queries were cancelled before they had an answer.
        </EmptyState>
      )}
      {results.isFetching && <SlowNote onCancel={results.cancel} />}
      {found && answers.some(({ result }) => result.type !== 'error') && (
        // Most answers are there before anybody would see it dim.
        <div className={cx(results.isOld && 'opacity-60 transition-opacity delay-150 duration-0')}>
          <ResultView
            pane={pane}
            search={search}
            found={found}
            unit={search.unit ?? sharedUnit(answers.map(({ expression }) => expression))}
            refreshMs={results.refreshMs}
            onRange={onRange}
          />
        </div>
      )}
      {!hasQueries && <Starters onStart={(expression) => onRun([expression])} />}
      <MetricBrowser
        open={dialog === 'metrics'}
        onClose={close}
        onChoose={(expression) => {
          close()
          onRun(withExpression(drafts, expression))
        }}
      />
      <HistoryDialog
        page="metrics"
        open={dialog === 'history'}
        onClose={close}
        onChoose={(queries) => {
          close()
          onRun(queries)
        }}
      />
    </Card>
  )
}

/** In the first empty row, in a new one, or, where no more fit, instead of the last. */
function withExpression(drafts: readonly string[], expression: string): string[] {
  const empty = drafts.findIndex((draft) => draft.trim() === '')
  if (empty !== -1) return drafts.with(empty, expression)
  return drafts.length < queriesMax ? [...drafts, expression] : drafts.with(queriesMax - 1, expression)
}
