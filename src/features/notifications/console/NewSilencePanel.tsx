import { useNavigate } from '@tanstack/react-router'
import { pb } from '#console/paths.ts'
import { text, useSearch } from '#console/search.ts'
import { Sheet } from '#console/ui/Sheet.tsx'
import { matcherFrom, SilenceForm, type Matcher } from '#features/alerts/console/index.ts'

const empty: Matcher[] = [{ name: 'alertname', op: '=', value: '' }]

/** `?match=alertname="Disk almost full"` fills in the conditions, one a line. */
export default function NewSilencePanel() {
  const [{ match }] = useSearch({ match: text() })
  const navigate = useNavigate()
  const close = (): void => void navigate({ to: pb.alerts('silences') })
  const given = match.split('\n').flatMap((line) => matcherFrom(line) ?? [])
  return (
    <Sheet open onClose={close} title="New silence">
      <SilenceForm matchers={given.length > 0 ? given : empty} onClose={close} />
    </Sheet>
  )
}
