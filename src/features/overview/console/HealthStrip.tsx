import { componentFigure, componentName, healthLevel } from '#console/health.ts'
import { Card } from '#console/ui/Card.tsx'
import { StaleNote } from '#console/ui/StaleNote.tsx'
import { StatusShape } from '#console/ui/Status.tsx'
import type { Health } from './queries.ts'

const intervalMs = 5_000

/** Every component with its state and the number that says most. */
export const HealthStrip = ({ health, updatedAt }: { health: Health; updatedAt: number }) => (
  <Card title="Health" aside={<StaleNote updatedAt={updatedAt} intervalMs={intervalMs} />} className="col-span-full">
    <ul className="grid grid-cols-[repeat(auto-fit,minmax(112px,1fr))] gap-x-3 gap-y-2">
      {Object.entries(health.components ?? {}).map(([name, component]) => (
        <li key={name} className="min-w-0">
          <p className="flex items-center gap-1.5 font-medium">
            <StatusShape level={healthLevel[component.status]} />
            <span className="truncate">{componentName(name)}</span>
          </p>
          <p className="pl-[17px] text-sm text-muted tabular-nums">
            {[words[component.status], componentFigure(name, component)].filter(Boolean).join(' · ')}
          </p>
        </li>
      ))}
    </ul>
  </Card>
)

const words = { healthy: 'healthy', degraded: 'degraded', unhealthy: 'down' }
