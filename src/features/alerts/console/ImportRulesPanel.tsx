import { useNavigate } from '@tanstack/react-router'
import { call } from '#console/client.ts'
import { pb } from '#console/paths.ts'
import { Badge } from '#console/ui/Badge.tsx'
import { YamlImport } from '#console/ui/YamlImport.tsx'
import { refreshAlerts } from './queries.ts'

export default function ImportRulesPanel() {
  const navigate = useNavigate()
  return (
    <YamlImport
      title="Import rules"
      lead="What was exported here, or a file of Prometheus’ rules. A rule of the same name is replaced."
      noun="rule"
      send={(body) => call('POST /alerts/import', { body })}
      onStored={refreshAlerts}
      onClose={() => void navigate({ to: pb.alerts('rules'), search: true })}
      changes={({ changes }) =>
        changes.map(({ name, change }) => (
          <li key={name} className="flex min-h-7 items-center justify-between gap-3">
            <span dir="auto" className="min-w-0 break-words">
              {name}
            </span>
            <Badge tone={tones[change]}>{changeWords[change]}</Badge>
          </li>
        ))
      }
    />
  )
}

const changeWords = { create: 'new', update: 'changed', unchanged: 'unchanged' } as const
const tones = { create: 'ok', update: 'info', unchanged: 'neutral' } as const
