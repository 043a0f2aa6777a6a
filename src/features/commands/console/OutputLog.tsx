import { ArrowDownToLine } from 'lucide-react'
import { useLayoutEffect, useMemo, useRef, useState } from 'react'
import { Virtualizer, type VirtualizerHandle } from 'virtua'
import { formatBytes } from '#console/format.ts'
import { Button } from '#console/ui/Button.tsx'
import { Copy } from '#console/ui/Copy.tsx'
import { cx } from '#console/ui/cx.ts'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { linesOf, type OutputLine } from './output.ts'
import type { Command } from './queries.ts'
import { useOutput } from './useOutput.ts'
import { isOver } from './words.ts'

interface OutputLogProps {
  command: Command
  /** CSS height of the lines. */
  height: string
}

/** What a command writes, line by line, as it comes; it stays at the end until somebody scrolls up. */
export function OutputLog({ command, height }: OutputLogProps) {
  const output = useOutput(command)
  const lines = useMemo(() => linesOf(output.data?.pieces ?? []), [output.data])
  const scroller = useRef<HTMLDivElement>(null)
  const list = useRef<VirtualizerHandle>(null)
  const [isFollowing, setFollowing] = useState(!isOver(command.status))

  useLayoutEffect(() => {
    if (isFollowing && lines.length > 0) list.current?.scrollToIndex(lines.length - 1, { align: 'end' })
  }, [isFollowing, lines])

  if (output.error && !output.data)
    return <ErrorPanel error={output.error} what="the output" onRetry={() => void output.refetch()} />
  return (
    <div>
      <div
        ref={scroller}
        role="log"
        aria-live="off"
        aria-label="Output"
        // Scrolled by keyboard too.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        onScroll={({ currentTarget }) => setFollowing(isAtEnd(currentTarget))}
        style={{ height }}
        className="overflow-x-hidden overflow-y-auto rounded-md border border-border bg-canvas py-1 font-mono text-sm leading-5 [font-variant-ligatures:none] [overflow-anchor:none]"
      >
        {lines.length === 0 ? (
          <p className="px-3 py-1 text-muted">{emptyWords(command, output.data !== undefined)}</p>
        ) : (
          <Virtualizer ref={list} data={lines} scrollRef={scroller} itemSize={20}>
            {(line: OutputLine) => <Line key={line.key} line={line} />}
          </Virtualizer>
        )}
      </div>
      <div className="mt-2 flex flex-wrap items-center gap-2">
        <span className="mr-auto text-sm text-muted">
          {lines.length > 0 && `${lines.length} ${lines.length === 1 ? 'line' : 'lines'}`}
          {(output.data?.truncated || command.output_truncated) &&
            ` · it wrote more than is kept: these are the first ${formatBytes(command.output_bytes)}`}
        </span>
        {lines.length > 0 && (
          <>
            <Button
              icon={ArrowDownToLine}
              aria-pressed={isFollowing}
              className={isFollowing ? '!border-accent' : ''}
              onClick={() => setFollowing(!isFollowing)}
            >
              Follow
            </Button>
            <Copy value={lines.map(({ text }) => text).join('\n')} what="output" withText />
          </>
        )}
      </div>
    </div>
  )
}

const nearPx = 8

const isAtEnd = ({ scrollHeight, scrollTop, clientHeight }: HTMLElement): boolean =>
  scrollHeight - scrollTop - clientHeight < nearPx

function emptyWords({ status }: Command, isKnown: boolean): string {
  if (!isKnown) return ' '
  if (isOver(status)) return 'It wrote nothing.'
  return status === 'running' ? 'Nothing yet.' : 'It has not begun yet.'
}

/** Errors have a mark besides their colour. */
const Line = ({ line: { stream, text } }: { line: OutputLine }) => (
  <div
    data-stream={stream}
    className={cx(
      'flex min-h-5 border-l-2 pr-3 pl-2',
      stream === 'stderr' ? 'border-warn text-warn' : 'border-transparent',
    )}
  >
    <span className="w-8 shrink-0 text-xs leading-5 select-none">{stream === 'stderr' && 'err'}</span>
    <span className="min-w-0 flex-1 break-all whitespace-pre-wrap">{text}</span>
  </div>
)
