import { useId, type ReactNode } from 'react'
import { cx } from './cx.ts'
import { Tooltip } from './Tooltip.tsx'

interface SwitchProps {
  label: ReactNode
  hint?: ReactNode
  checked: boolean
  onChange: (checked: boolean) => void
  disabledReason?: string | undefined
}

/** Something that is on or off and takes effect at once; in a form use Checkbox. */
export function Switch({ label, hint, checked, onChange, disabledReason }: SwitchProps) {
  const id = useId()
  const button = (
    <button
      type="button"
      role="switch"
      aria-checked={checked}
      aria-labelledby={`${id}-label`}
      aria-describedby={hint ? `${id}-hint` : undefined}
      aria-disabled={disabledReason !== undefined || undefined}
      onClick={() => disabledReason === undefined && onChange(!checked)}
      className={cx(
        'relative h-5 w-9 shrink-0 rounded-full border transition-colors duration-100 aria-disabled:opacity-55',
        checked ? 'border-transparent bg-accent' : 'border-strong bg-canvas',
      )}
    >
      <span
        className={cx(
          'absolute top-0.5 left-0.5 size-3.5 rounded-full transition-transform duration-100',
          checked ? 'translate-x-4 bg-on-solid' : 'bg-muted',
        )}
      />
    </button>
  )
  return (
    <div className="flex items-start justify-between gap-4">
      <div className="min-w-0">
        <span id={`${id}-label`}>{label}</span>
        {hint && (
          <p id={`${id}-hint`} className="text-sm text-muted">
            {hint}
          </p>
        )}
      </div>
      {disabledReason ? <Tooltip text={disabledReason}>{button}</Tooltip> : button}
    </div>
  )
}
