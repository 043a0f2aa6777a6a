import { useCan } from '#console/me.ts'
import { SettingsTabs } from '#console/shell/SettingsTabs.tsx'
import { PageHeader } from '#console/ui/PageHeader.tsx'
import { LogSources } from './LogSources.tsx'
import { ScrapeTargets } from './ScrapeTargets.tsx'

/** What this server fetches by itself, as far as the reader may see it. */
export default function SourcesPage() {
  const can = useCan()
  return (
    <>
      <PageHeader title="Sources" lead="Logs and metrics that this server fetches by itself, and how that goes." />
      <SettingsTabs />
      <div className="flex flex-col gap-3">
        {can('logs:read').ok && <LogSources />}
        {can('metrics:read').ok && <ScrapeTargets />}
      </div>
    </>
  )
}
