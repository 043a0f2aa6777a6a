import { useMemo, useRef } from 'react'
import { copyLink } from '#console/shortLinks.ts'
import { cx } from '#console/ui/cx.ts'
import { PageHeader } from '#console/ui/PageHeader.tsx'
import { PeekPanel } from '#console/ui/PeekPanel.tsx'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import { toastError } from '#console/ui/Toaster.tsx'
import { useLogsSearch } from './address.ts'
import { Chips } from './Chips.tsx'
import { ContextNote } from './ContextNote.tsx'
import { Facets } from './Facets.tsx'
import { useFacetsShown } from './facetsShown.ts'
import { FilterInput } from './FilterInput.tsx'
import { HistoryButton } from './HistoryButton.tsx'
import { LevelToggles } from './LevelToggles.tsx'
import { LinesPanel } from './LinesPanel.tsx'
import { linkTo } from './link.ts'
import type { ListHandle } from './listProps.ts'
import { LogsActions, ViewToggles } from './LogsActions.tsx'
import { Peeked } from './Peeked.tsx'
import { problemOf, useReadable } from './queryProblem.ts'
import { ErrorAnnouncer } from './StatusRow.tsx'
import { levelsOf, withLevels } from './terms.ts'
import { absolute, type TimeRange } from '#console/timeRange.ts'
import { TimeRangePicker } from '#console/ui/TimeRange.tsx'
import { useLabelNames } from './useLabelNames.ts'
import { useLines } from './useLines.ts'
import { useLogsKeys } from './useLogsKeys.ts'
import { useSelection } from './useSelection.ts'
import { usePanelWidth } from './usePanelWidth.ts'
import { useRemembered } from './useRemembered.ts'
import { useVolume } from './useVolume.ts'
import { allOf, only } from './volume.ts'
import { VolumeChart } from './VolumeChart.tsx'

export default function LogsPage() {
  const [search, setSearch] = useLogsSearch()
  const list = useRef<ListHandle>(null)
  const panel = useRef<HTMLDivElement>(null)
  const [hasFacets, setFacets] = useFacetsShown()
  const shown = useLines(search, useReadable(search.q))
  const { lines, asked, isLive } = shown
  const selection = useSelection(shown, search.at, list)
  const besidePx = usePanelWidth(panel, selection.peek.id !== undefined)
  const volumes = useVolume(shown)
  const labelNames = useLabelNames(shown)
  const levels = levelsOf(search.q)
  const volume = useMemo(() => volumes.shown && only(volumes.shown, levelsOf(asked.q)), [volumes.shown, asked.q])

  const setQuery = (q: string, options?: { replace: boolean }): void =>
    setSearch({ q, at: '', context: false }, options)
  const setRange = (range: TimeRange): void => setSearch({ ...range, at: '', context: false, live: undefined })
  const toggleLive = (): void =>
    setSearch(isLive ? { live: '0' } : { live: undefined, to: 'now', at: '', context: false })
  const follow = (): void => {
    if (isLive) lines.setFollowing(true)
    list.current?.toEnd()
  }
  const copyShown = (): void =>
    void copyLink(linkTo(search, asked.span, selection.id), selection.id ? 'Link to the line' : 'Link').catch(
      toastError,
    )
  useRemembered(search.q, shown)
  useLogsKeys({ search, setSearch, shown, selection, setRange, toggleLive, follow, copyLink: copyShown })

  return (
    <div className="flex h-full min-h-[520px] flex-col" style={{ paddingRight: besidePx }}>
      <PageHeader
        title="Logs"
        actions={
          <LogsActions
            search={search}
            setSearch={setSearch}
            shown={shown}
            onCopyLink={copyShown}
            onToggleLive={toggleLive}
          />
        }
      />
      <div className="mb-2 flex flex-wrap items-start gap-2">
        <FilterInput q={search.q} problem={problemOf(shown.error)} onQ={setQuery} />
        <TimeRangePicker range={{ from: search.from, to: search.to }} span={asked.span} onChange={setRange} />
        <span className="ml-auto flex items-center gap-1">
          <HistoryButton onChoose={setQuery} />
          <ViewToggles search={search} setSearch={setSearch} hasFacets={hasFacets} onFacets={setFacets} />
        </span>
      </div>
      {search.context ? (
        <ContextNote onBack={() => setSearch({ context: false })} />
      ) : (
        <>
          <div className="mb-2 flex flex-wrap items-center gap-x-3 gap-y-2">
            <LevelToggles
              volume={volumes.allLevels}
              chosen={levels}
              onChange={(chosen) => setQuery(withLevels(search.q, chosen))}
            />
            <Chips query={search.q} onChange={setQuery} />
          </div>
          <div className="h-[73px] shrink-0">
            {volume ? (
              <VolumeChart
                volume={volume}
                onZoom={(fromMs, toMs) => setRange(absolute({ fromMs, toMs }))}
                onLevel={(severity) => setQuery(withLevels(search.q, [severity]))}
              />
            ) : (
              shown.isLoading && <Skeleton className="h-14" />
            )}
          </div>
        </>
      )}
      <div className="mt-2 flex min-h-0 flex-1 gap-3 max-md:flex-col">
        {hasFacets && (
          <div
            className={cx(
              'flex min-h-0 w-52 shrink-0 flex-col max-md:max-h-56 max-md:w-full',
              besidePx > 0 && 'max-[1700px]:hidden',
            )}
          >
            <Facets asked={asked} query={search.q} fields={labelNames} onChange={setQuery} />
          </div>
        )}
        <LinesPanel
          search={search}
          shown={shown}
          list={list}
          selection={selection}
          matching={volume && allOf(volume)}
          onQuery={setQuery}
          onRange={setRange}
          onFollow={follow}
        />
      </div>
      <ErrorAnnouncer lines={lines} isLive={isLive} />
      <div ref={panel}>
        <PeekPanel peek={selection.peek} title="Line">
          {selection.peek.id && (
            <Peeked
              rowId={selection.peek.id}
              inList={selection.row()}
              asked={asked}
              query={search.q}
              columns={search.cols}
              onQuery={setQuery}
              onColumns={(cols) => setSearch({ cols }, { replace: true })}
              onContext={() => setSearch({ at: selection.peek.id!, context: true })}
              onCopyLink={copyShown}
            />
          )}
        </PeekPanel>
      </div>
    </div>
  )
}
