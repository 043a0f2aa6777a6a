import { Volume2 } from 'lucide-react'
import { useId, useState, type ReactNode } from 'react'
import { playTone } from '#features/alerts/console/index.ts'
import { useCan } from '../me.ts'
import { setPreferences, usePreferences, type Preferences } from '../preferences.ts'
import { Button } from '../ui/Button.tsx'
import { Card } from '../ui/Card.tsx'
import { Select, type Option } from '../ui/Field.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { Segments } from '../ui/Segments.tsx'
import { Switch } from '../ui/Switch.tsx'
import { MeTabs } from './MeTabs.tsx'

export default function PreferencesPage() {
  const { theme, density, letterKeys, timeZone } = usePreferences()
  return (
    <>
      <PageHeader title="Preferences" lead="Kept in this browser." />
      <MeTabs />
      <div className="flex max-w-2xl flex-col gap-3">
        <Card title="Look">
          <Row label="Theme">
            <Segments
              label="Theme"
              value={theme}
              options={[
                { value: 'dark', label: 'Dark' },
                { value: 'light', label: 'Light' },
                { value: 'system', label: 'System' },
              ]}
              onChange={(value) => setPreferences({ theme: value })}
            />
          </Row>
          <Row label="Rows of tables">
            <Segments
              label="Rows of tables"
              value={density}
              options={[
                { value: 'comfortable', label: 'Comfortable' },
                { value: 'compact', label: 'Compact' },
              ]}
              onChange={(value) => setPreferences({ density: value })}
            />
          </Row>
        </Card>
        <Card title="Times and keys">
          <Row label="Times are shown in">
            <Segments
              label="Times are shown in"
              value={timeZone}
              options={[
                { value: 'browser', label: 'Local time' },
                { value: 'utc', label: 'UTC' },
              ]}
              onChange={(value) => setPreferences({ timeZone: value })}
            />
          </Row>
          <div className="py-2">
            <Switch
              label="Shortcuts of single letters"
              hint="Such as j, k and g o. Switch them off if you speak to your browser or hit keys by accident."
              checked={letterKeys}
              onChange={(checked) => setPreferences({ letterKeys: checked })}
            />
          </div>
        </Card>
        <Card title="Alerts">
          <DesktopAlerts />
          <AlertSound />
        </Card>
      </div>
    </>
  )
}

/** The browser asks by itself whether it may; what it answered once, only its own settings change. */
function DesktopAlerts() {
  const { desktopAlerts } = usePreferences()
  const [permission, setPermission] = useState(permissionNow)
  const allowed = useCan()('alerts:read')
  const change = async (wanted: boolean): Promise<void> => {
    if (wanted && permission === 'default') await Notification.requestPermission()
    setPermission(permissionNow())
    setPreferences({ desktopAlerts: wanted && permissionNow() === 'granted' })
  }
  return (
    <div className="border-b border-border pb-2">
      <Switch
        label="Desktop notifications"
        hint="Shown by this computer when an alert begins to fire, while a tab of the console is open."
        checked={desktopAlerts && permission === 'granted'}
        onChange={(checked) => void change(checked)}
        disabledReason={allowed.reason ?? refusals[permission]}
      />
    </div>
  )
}

const soundOptions: (Option & { value: Preferences['alertSound'] })[] = [
  { value: 'off', label: 'Off' },
  { value: 'critical', label: 'Critical' },
  { value: 'error', label: 'Error and worse' },
  { value: 'warning', label: 'Warning and worse' },
  { value: 'info', label: 'All' },
]

function AlertSound() {
  const id = useId()
  const { alertSound } = usePreferences()
  const { reason } = useCan()('alerts:read')
  return (
    <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2 pt-2">
      <div className="min-w-0 flex-1 basis-64">
        <label htmlFor={id}>Sound</label>
        <p id={`${id}-hint`} className="text-sm text-muted">
          A short tone in one tab when such an alert begins to fire. Browsers allow it where one has clicked or typed.
        </p>
      </div>
      <div className="flex gap-2">
        <span className="w-44">
          <Select
            id={id}
            aria-describedby={`${id}-hint`}
            disabled={reason !== undefined}
            options={soundOptions}
            value={alertSound}
            onChange={({ target }) => setPreferences({ alertSound: target.value as Preferences['alertSound'] })}
          />
        </span>
        <Button icon={Volume2} onClick={() => void playTone()}>
          Play it
        </Button>
      </div>
    </div>
  )
}

/** Without TLS browsers have none. */
const permissionNow = () => ('Notification' in window ? Notification.permission : 'missing')

const refusals: Record<string, string> = {
  missing: 'This browser shows none here: it wants https',
  denied: 'This browser was told to show none from here',
}

const Row = ({ label, children }: { label: string; children: ReactNode }) => (
  <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 border-b border-border py-2 last:border-b-0">
    <span>{label}</span>
    {children}
  </div>
)
