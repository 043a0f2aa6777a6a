import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useLive } from '#console/live.ts'
import { useCan } from '#console/me.ts'
import { usePageName } from '#console/pageName.ts'
import { text, useSearch } from '#console/search.ts'
import { NotFound } from '#console/shell/NotFound.tsx'
import { settingSections, SettingsTabs } from '#console/shell/SettingsTabs.tsx'
import { Badge } from '#console/ui/Badge.tsx'
import { Button } from '#console/ui/Button.tsx'
import { Card } from '#console/ui/Card.tsx'
import { CardSkeletons } from '#console/ui/CardSkeletons.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { FilterBar } from '#console/ui/FilterBar.tsx'
import { PageHeader } from '#console/ui/PageHeader.tsx'
import { PeekPanel, usePeek } from '#console/ui/PeekPanel.tsx'
import { Tooltip } from '#console/ui/Tooltip.tsx'
import { configQuery, refreshConfig, type Setting } from './queries.ts'
import { SaveBar } from './SaveBar.tsx'
import { groupsBySection, groupTitles } from './sections.ts'
import { SettingDetails } from './SettingDetails.tsx'
import { SettingTable } from './SettingTable.tsx'

export default function SettingsPage() {
  const { section = '' } = useParams({ strict: false })
  usePageName(section === '' ? undefined : settingSections.find(([slug]) => slug === section)?.[1])
  const groups = Object.hasOwn(groupsBySection, section) ? groupsBySection[section] : undefined
  return groups ? <Section groups={groups} /> : <NotFound />
}

function Section({ groups }: { groups: string[] }) {
  const [{ q }, setSearch] = useSearch({ q: text() })
  const config = useQuery(configQuery)
  useFreshConfig()
  const shown = config.data?.settings.filter((setting) => (q ? matches(setting, q) : groups.includes(setting.group)))
  const shownGroups = q ? [...new Set(shown?.map(({ group }) => group))] : groups
  const peek = usePeek(shown?.map(({ key }) => key) ?? [])
  const peeked = config.data?.settings.find(({ key }) => key === peek.id)
  return (
    <>
      <PageHeader
        title="Settings"
        aside={<ReadOnlyMark />}
        lead="Every value and where it comes from. What is set here holds at once."
      />
      <SettingsTabs />
      <FilterBar
        q={q}
        onQ={(typed) => setSearch({ q: typed }, { replace: true })}
        placeholder="Find a setting in all sections"
      />
      {q && shown?.length === 0 && (
        <Card>
          <EmptyState
            kind="filtered"
            title="No setting matches"
            action={<Button onClick={() => setSearch({ q: '' })}>Show the section</Button>}
          >
            Names, descriptions and variables are searched.
          </EmptyState>
        </Card>
      )}
      {config.isPending && <CardSkeletons rows={[{ cards: 1, height: 640 }]} />}
      <div className="flex flex-col gap-3">
        {!config.isPending &&
          shownGroups.map((group) => (
            <Card key={group} title={groupTitles[group] ?? group} padding="flush">
              <SettingTable
                label={`Settings: ${groupTitles[group] ?? group}`}
                settings={shown?.filter((setting) => setting.group === group)}
                yourAddress={config.data?.your_address ?? null}
                error={config.error}
                onRetry={() => void config.refetch()}
                current={peek.id}
                onOpen={peek.open}
              />
            </Card>
          ))}
      </div>
      {config.data && <SaveBar settings={config.data.settings} yourAddress={config.data.your_address} />}
      <PeekPanel peek={peek} title={<code className="font-mono">{peek.id}</code>}>
        {peeked && <SettingDetails setting={peeked} />}
      </PeekPanel>
    </>
  )
}

function ReadOnlyMark() {
  const { ok, reason } = useCan()('settings:configure')
  if (ok) return null
  return (
    <Tooltip text={reason}>
      <span tabIndex={0} className="rounded-sm">
        <Badge>read only</Badge>
      </span>
    </Tooltip>
  )
}

const matches = ({ key, description, env, aliases }: Setting, q: string): boolean =>
  [key, key.replaceAll('_', ' '), description, env, ...aliases].some((text) =>
    text.toLowerCase().includes(q.toLowerCase()),
  )

interface Change {
  topic: string
}

/** What others set shows without a reload, for those who may follow events. */
function useFreshConfig(): void {
  const enabled = useCan()('audit:read').ok
  useLive<Change>('events', ({ data }) => data.topic === 'settings.update' && void refreshConfig(), { enabled })
}
