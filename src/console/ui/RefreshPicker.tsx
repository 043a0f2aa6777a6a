import { ChevronDown, RefreshCw } from 'lucide-react'
import { hourMs, minuteMs, secondMs } from '#kernel/time.ts'
import { Button } from './Button.tsx'
import { Menu } from './Menu.tsx'

export const refreshSteps = ['', '5s', '10s', '30s', '1m', '5m'] as const
export type Refresh = (typeof refreshSteps)[number]

const units: Record<string, number> = { s: secondMs, m: minuteMs, h: hourMs }

/** Ms between two looks; undefined when it is off. */
export const refreshMs = (refresh: Refresh): number | undefined =>
  refresh === '' ? undefined : Number.parseInt(refresh, 10) * units[refresh.at(-1)!]!

interface RefreshPickerProps {
  refresh: Refresh
  onChange: (refresh: Refresh) => void
  /** Why it cannot be had: the range does not end now. */
  disabledReason?: string | undefined
}

/** How often the page looks again by itself. */
export const RefreshPicker = ({ refresh, onChange, disabledReason }: RefreshPickerProps) =>
  disabledReason === undefined ? (
    <Menu
      items={refreshSteps.map((step) => ({
        label: step === '' ? 'Off' : `Every ${step}`,
        checked: step === refresh,
        onSelect: () => onChange(step),
      }))}
      trigger={<RefreshButton refresh={refresh} />}
    />
  ) : (
    <RefreshButton refresh="" disabledReason={disabledReason} />
  )

const RefreshButton = ({ refresh, ...button }: { refresh: Refresh; disabledReason?: string | undefined }) => (
  <Button icon={RefreshCw} className="!h-8 max-md:!h-10" {...button}>
    <span className="sr-only">Refresh:</span>
    {refresh === '' ? 'Off' : refresh}
    <ChevronDown size={12} aria-hidden="true" className="text-faint" />
  </Button>
)
