import { useId, type ComponentProps, type ReactNode } from 'react'
import { cx } from './cx.ts'
import { useFieldError } from './Form.tsx'

interface CheckboxProps extends Omit<ComponentProps<'input'>, 'type'> {
  label: ReactNode
  hint?: ReactNode
  /** The label is read out but not shown: in a table. */
  labelHidden?: boolean
  indeterminate?: boolean
}

export function Checkbox({
  label,
  hint,
  labelHidden = false,
  indeterminate = false,
  className,
  ...input
}: CheckboxProps) {
  const id = useId()
  const error = useFieldError(input.name)
  return (
    <span className={cx('flex items-start gap-2', className)}>
      <input
        {...input}
        id={id}
        type="checkbox"
        aria-describedby={hint || error ? `${id}-note` : undefined}
        ref={(element) => {
          if (element) element.indeterminate = indeterminate
        }}
        className="checkbox mt-0.5 size-4 shrink-0 max-md:size-5"
      />
      <span className={labelHidden ? 'sr-only' : 'min-w-0'}>
        <label htmlFor={id}>{label}</label>
        {(hint || error) && (
          <span id={`${id}-note`} className={cx('block text-sm', error ? 'text-error' : 'text-muted')}>
            {error ?? hint}
          </span>
        )}
      </span>
    </span>
  )
}
