import { useState } from 'react'
import { spanOf, type TimeRange } from '#console/timeRange.ts'
import { cx } from '#console/ui/cx.ts'
import { PageHeader } from '#console/ui/PageHeader.tsx'
import { remember } from '#features/saved-queries/console/index.ts'
import { panesOf, queriesOf, useExploreSearch, withQueries, type PaneName } from './address.ts'
import { ExploreActions } from './ExploreActions.tsx'
import { Pane } from './Pane.tsx'
import { Toolbar } from './Toolbar.tsx'
import { useDrafts } from './useDrafts.ts'
import { useExploreKeys } from './useExploreKeys.ts'
import { useResults } from './useResults.ts'

export default function ExplorePage() {
  const [search, setSearch] = useExploreSearch()
  const [drafts, setDrafts] = useDrafts(search)
  const results = useResults(search)
  const [openedAt] = useState(() => Date.now())
  // Of what the address says: the answer shown may still be that to the range before.
  const span = spanOf(search, results.found?.at ?? openedAt)

  const panes = panesOf(search)
  const onRange = ({ from, to }: TimeRange): void => setSearch({ from, to })
  /** Writes the rows into the address; what is there already is only asked again. */
  const run = (pane?: PaneName, replaced?: string[]): void => {
    const wanted = (each: PaneName): string[] =>
      (each === pane && replaced ? replaced : drafts[each]).map((text) => text.trim()).filter(Boolean)
    for (const each of panes) if (wanted(each).length > 0) remember('metrics', wanted(each))
    if (panes.every((each) => isSame(wanted(each), queriesOf(search, each)))) {
      for (const each of panes) setDrafts(each, wanted(each).length > 0 ? wanted(each) : [''])
      results.run()
      return
    }
    setSearch(Object.assign({}, ...panes.map((each) => withQueries(each, wanted(each)))))
  }
  const split = (): void =>
    setSearch(
      search.split
        ? { split: undefined, ...withQueries('r', []) }
        : { split: '1', ...withQueries('r', queriesOf(search, 'q')) },
    )
  const close = (pane: PaneName): void =>
    setSearch({
      split: undefined,
      ...withQueries('q', queriesOf(search, pane === 'q' ? 'r' : 'q')),
      ...withQueries('r', []),
    })
  useExploreKeys({ range: search, span, found: results.found, onRun: () => run(), onRange })

  return (
    <>
      <PageHeader
        title="Metrics"
        actions={<ExploreActions search={search} results={results} onRun={() => run()} onSplit={split} />}
      />
      <Toolbar search={search} setSearch={setSearch} span={span} onRange={onRange} />
      <div className={cx('grid grid-cols-1 gap-3', panes.length > 1 && 'lg:grid-cols-2')}>
        {panes.map((pane) => (
          <Pane
            key={pane}
            pane={pane}
            search={search}
            setSearch={setSearch}
            drafts={drafts[pane]}
            results={results}
            onDrafts={(texts) => setDrafts(pane, texts)}
            onRun={(texts) => run(pane, texts)}
            onRange={onRange}
            onClose={panes.length > 1 ? () => close(pane) : undefined}
          />
        ))}
      </div>
    </>
  )
}

const isSame = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((text, index) => text === other[index])
