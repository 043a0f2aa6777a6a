import { useQuery } from '@tanstack/react-query'
import { askOnce } from '#console/askOnce.ts'
import { call } from '#console/client.ts'
import { formatBytes, formatDuration, plural } from '#console/format.ts'
import { Dialog } from '#console/ui/Dialog.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { Spinner } from '#console/ui/Spinner.tsx'
import { Status } from '#console/ui/Status.tsx'
import { inputOf, type ScrapeTarget, type TargetAnswer } from './queries.ts'

/** Asks as soon as it opens. */
export const TargetTestDialog = ({ target, onClose }: { target: ScrapeTarget | undefined; onClose: () => void }) => (
  <Dialog open={target !== undefined} onClose={onClose} title={`Test of ${target?.job ?? ''}`}>
    {target && <TargetTest target={target} />}
  </Dialog>
)

function TargetTest({ target }: { target: ScrapeTarget }) {
  const test = useQuery({
    queryKey: ['collection-target-test', target.url],
    queryFn: ({ signal }) => call('POST /metrics/targets/test', { body: inputOf(target), signal }),
    ...askOnce,
  })
  return (
    <div role="status">
      {test.isFetching ? (
        <p className="flex items-center gap-2 text-muted">
          <Spinner /> <span className="min-w-0 break-all">Asking {target.url}</span>
        </p>
      ) : test.data ? (
        <Answer answer={test.data} />
      ) : (
        test.error && <ErrorPanel error={test.error} />
      )}
    </div>
  )
}

/** What came. */
export const Answer = ({
  answer: { error, samples, bytes, content_type, beginning, took_ms },
}: {
  answer: TargetAnswer
}) => (
  <>
    <p className="flex flex-wrap items-center gap-2">
      <Status level={error === null ? 'ok' : 'error'}>{error === null ? 'It can be scraped' : 'Not so'}</Status>
      {samples !== null && <span className="tabular-nums">{plural(samples, 'sample')}</span>}
      <span className="text-muted">after {formatDuration(took_ms)}</span>
    </p>
    {error !== null && <p className="mt-1 break-words">{error}</p>}
    {beginning !== '' && (
      <>
        <p className="mt-2 text-sm break-words text-muted">
          It answered {formatBytes(bytes)}
          {content_type !== null && ` of ${content_type}`}, beginning with:
        </p>
        <pre
          tabIndex={0}
          aria-label="Answer of the target"
          className="mt-1 max-h-64 overflow-auto rounded-md border border-border bg-canvas p-2 font-mono text-sm break-words whitespace-pre-wrap"
        >
          {beginning}
        </pre>
      </>
    )}
  </>
)
