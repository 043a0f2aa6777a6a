import { useQuery } from '@tanstack/react-query'
import { Link2, ScanText } from 'lucide-react'
import { Button } from '#console/ui/Button.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import { LineDetails, type LineDetailsProps } from './LineDetails.tsx'
import { rowQuery, type LogRow } from './queries.ts'

interface PeekedProps extends Omit<LineDetailsProps, 'row'> {
  rowId: string
  /** Undefined where the line is not in the list: then it is asked for. */
  inList: LogRow | undefined
  onContext: () => void
  onCopyLink: () => void
}

export function Peeked({ rowId, inList, onContext, onCopyLink, ...details }: PeekedProps) {
  const asked = useQuery({ ...rowQuery(rowId), enabled: inList === undefined })
  const row = inList ?? asked.data
  if (row) {
    return (
      <>
        <div className="mb-3 flex flex-wrap gap-2">
          <Button size="sm" icon={ScanText} onClick={onContext}>
            Lines around it
          </Button>
          <Button size="sm" icon={Link2} onClick={onCopyLink}>
            Copy link
          </Button>
        </div>
        <LineDetails key={row.id} row={row} {...details} />
      </>
    )
  }
  if (asked.error) return <ErrorPanel error={asked.error} what="the line" onRetry={() => void asked.refetch()} />
  return <Skeleton className="h-64 w-full" />
}
