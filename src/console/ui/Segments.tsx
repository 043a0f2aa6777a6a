import { cx } from './cx.ts'

interface SegmentsProps<T extends string> {
  label: string
  value: T
  options: readonly { value: T; label: string }[]
  onChange: (value: T) => void
}

/** A choice of two to five that takes effect at once: a range, a view. */
export const Segments = <T extends string>({ label, value, options, onChange }: SegmentsProps<T>) => (
  <div role="group" aria-label={label} className="inline-flex rounded-md border border-border bg-surface p-px">
    {options.map((option) => (
      <button
        key={option.value}
        type="button"
        aria-pressed={option.value === value}
        onClick={() => onChange(option.value)}
        className={cx(
          'h-6 rounded-[5px] px-2 text-sm font-medium max-md:h-8',
          option.value === value ? 'bg-selected text-text' : 'text-muted hover:text-text',
        )}
      >
        {option.label}
      </button>
    ))}
  </div>
)
