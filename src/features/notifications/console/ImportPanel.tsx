import { useNavigate } from '@tanstack/react-router'
import type { Reply } from '#kernel/contract.ts'
import type { Api } from '#console/api.ts'
import { call } from '#console/client.ts'
import { pb } from '#console/paths.ts'
import { Badge } from '#console/ui/Badge.tsx'
import { JsonDiff } from '#console/ui/JsonDiff.tsx'
import { YamlImport } from '#console/ui/YamlImport.tsx'
import { refresh } from './queries.ts'

type Change = Reply<Api['POST /notifications/import']>['changes'][number]

export default function ImportPanel() {
  const navigate = useNavigate()
  return (
    <YamlImport
      title="Import policies, routes and silences"
      lead="What was exported here, whole or in part. What the file does not name stays, except routes: they are replaced as a whole. Channels are found by their names."
      noun="part"
      send={(body) => call('POST /notifications/import', { body })}
      onStored={() => refresh('policies', 'routing', 'silences')}
      onClose={() => void navigate({ to: pb.alerts('policies'), search: true })}
      changes={({ changes, problems }) =>
        changes.map((change) => (
          <ChangeItem
            key={JSON.stringify([change.kind, change.name, change.after])}
            change={change}
            // Where something is not understood it lacks in what would come.
            showsDifference={problems.length === 0}
          />
        ))
      }
    />
  )
}

const kindWords: Record<Change['kind'], string> = { policy: 'Policy', routing: '', silence: 'Silence' }
const changeWords = { create: 'new', update: 'changed', unchanged: 'unchanged', ended: 'over, left out' } as const
const tones = { create: 'ok', update: 'info', unchanged: 'neutral', ended: 'neutral' } as const

interface ChangeItemProps {
  change: Change
  showsDifference: boolean
}

const ChangeItem = ({ change: { kind, name, change, before, after }, showsDifference }: ChangeItemProps) => (
  <li className="flex flex-col gap-1">
    <div className="flex min-h-7 items-center justify-between gap-3">
      <span className="min-w-0 break-words">
        {kindWords[kind]} <span dir="auto">{name}</span>
      </span>
      <Badge tone={tones[change]}>{changeWords[change]}</Badge>
    </div>
    {change === 'update' && showsDifference && <JsonDiff before={before} after={after} />}
  </li>
)
