import { Eye, EyeOff } from 'lucide-react'
import { useId, useState, type ComponentProps, type ReactNode } from 'react'
import { IconButton } from './Button.tsx'
import { cx } from './cx.ts'
import { useFieldError } from './Form.tsx'

interface Labelled {
  name: string
  label: ReactNode
  hint?: ReactNode
  /** Instead of what the form knows from the server. */
  error?: string | undefined
}

/** What a control needs to belong to its label, hint and error. */
interface ControlProps {
  id: string
  name: string
  'aria-describedby': string | undefined
  'aria-invalid': true | undefined
}

/** Label, control, hint and error as one. The fields below are made of it; use it for a control of your own. */
export function Field({
  name,
  label,
  hint,
  error,
  children,
}: Labelled & { children: (control: ControlProps) => ReactNode }) {
  const id = useId()
  const fromServer = useFieldError(name)
  const told = error ?? fromServer
  const described = [told && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(' ')
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-sm font-medium text-text">
        {label}
      </label>
      {children({ id, name, 'aria-describedby': described || undefined, 'aria-invalid': told ? true : undefined })}
      {told && (
        <p id={`${id}-error`} className="text-sm text-error">
          {told}
        </p>
      )}
      {hint && (
        <p id={`${id}-hint`} className="text-sm text-muted">
          {hint}
        </p>
      )}
    </div>
  )
}

export const TextField = ({
  name,
  label,
  hint,
  error,
  className,
  ...input
}: Labelled & Omit<ComponentProps<'input'>, 'name'>) => (
  <Field name={name} label={label} hint={hint} error={error}>
    {(control) => <Input {...input} {...control} className={className} />}
  </Field>
)

export function PasswordField({
  name,
  label,
  hint,
  error,
  ...input
}: Labelled & Omit<ComponentProps<'input'>, 'name' | 'type'>) {
  const [visible, setVisible] = useState(false)
  return (
    <Field name={name} label={label} hint={hint} error={error}>
      {(control) => (
        <span className="relative">
          <Input
            {...input}
            {...control}
            type={visible ? 'text' : 'password'}
            autoCapitalize="none"
            spellCheck={false}
            className="w-full pr-9"
          />
          <IconButton
            icon={visible ? EyeOff : Eye}
            label={visible ? 'Hide password' : 'Show password'}
            size="sm"
            aria-pressed={visible}
            onClick={() => setVisible(!visible)}
            className="absolute inset-y-0 right-1 my-auto"
          />
        </span>
      )}
    </Field>
  )
}

export interface Option {
  value: string
  label: string
  disabled?: boolean
}

export const SelectField = ({
  name,
  label,
  hint,
  error,
  ...select
}: Labelled & Omit<ComponentProps<'select'>, 'name'> & { options: readonly Option[] }) => (
  <Field name={name} label={label} hint={hint} error={error}>
    {(control) => <Select {...select} {...control} />}
  </Field>
)

export const TextareaField = ({
  name,
  label,
  hint,
  error,
  className,
  ...area
}: Labelled & Omit<ComponentProps<'textarea'>, 'name'>) => (
  <Field name={name} label={label} hint={hint} error={error}>
    {(control) => <textarea rows={4} {...area} {...control} className={cx(box, 'min-h-16 py-1.5', className)} />}
  </Field>
)

/** A control without a label of its own; give it `aria-label` where no Field surrounds it. */
export const Input = ({ className, ...input }: ComponentProps<'input'>) => (
  <input {...input} className={cx(box, height, className)} />
)

/** The browser's own list: it is accessible, fits a phone and costs nothing. */
export const Select = ({
  options,
  className,
  ...select
}: ComponentProps<'select'> & { options: readonly Option[] }) => (
  <select {...select} className={cx(box, height, 'pr-7', className)}>
    {options.map(({ value, label, disabled }) => (
      <option key={value} value={value} disabled={disabled} className="bg-raised text-text">
        {label}
      </option>
    ))}
  </select>
)

const box =
  'w-full min-w-0 rounded-md border border-strong bg-canvas px-2 text-md text-text transition-colors duration-100 hover:border-muted aria-invalid:border-error disabled:opacity-60 max-md:text-[16px]'
const height = 'h-8 max-md:h-10'
