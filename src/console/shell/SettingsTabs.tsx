import { useCan } from '../me.ts'
import { pb } from '../paths.ts'
import { Tabs } from '../ui/Tabs.tsx'

export const settingSections: [slug: string, title: string][] = [
  ['', 'General'],
  ['network', 'Network'],
  ['authentication', 'Authentication'],
  ['limits', 'Limits'],
  ['data', 'Data and retention'],
  ['models', 'Models'],
  ['hosts', 'Hosts and workspaces'],
]

/** Between the pages of the settings, of which more than one feature has some. */
export function SettingsTabs() {
  const can = useCan()
  return (
    <Tabs
      label="Sections of the settings"
      tabs={[
        ...(can('settings:read').ok ? settingSections.map(([slug, label]) => ({ to: pb.settings(slug), label })) : []),
        ...(can(['logs:read', 'metrics:read']).ok ? [{ to: pb.settings('sources'), label: 'Sources' }] : []),
        ...(can('system:read').ok ? [{ to: pb.settings('system'), label: 'System' }] : []),
      ]}
    />
  )
}
