import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { pb } from '#console/paths.ts'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { Sheet } from '#console/ui/Sheet.tsx'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import { SilenceForm } from '#features/alerts/console/index.ts'
import { silenceQuery } from './queries.ts'

export default function EditSilencePanel() {
  const { id = '' } = useParams({ strict: false })
  const navigate = useNavigate()
  const silence = useQuery(silenceQuery(id))
  const close = (): void => void navigate({ to: pb.alerts('silences'), search: true })
  return (
    <Sheet open onClose={close} title="Change silence">
      {silence.data ? (
        <SilenceForm matchers={silence.data.matchers} silence={silence.data} onClose={close} />
      ) : silence.error ? (
        <ErrorPanel error={silence.error} what="the silence" />
      ) : (
        <Skeleton className="h-64 w-full" />
      )}
    </Sheet>
  )
}
