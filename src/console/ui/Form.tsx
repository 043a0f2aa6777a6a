import { createContext, use, useMemo, useRef, useState, type ComponentProps, type ReactNode } from 'react'
import { flushSync } from 'react-dom'
import { ApiError } from '../errors.ts'
import { Button } from './Button.tsx'
import { StatusShape } from './Status.tsx'

/** What was filled in. Names are those of the body the server gets, so that its complaints find their field. */
export interface FormValues {
  text(name: string): string
  /** Undefined when it was left empty. */
  maybe(name: string): string | undefined
  number(name: string): number | undefined
  checked(name: string): boolean
  all(name: string): string[]
}

interface FormState {
  errors: Record<string, string>
  busy: boolean
}

interface FormProps {
  /** Throws what the server says; fields it names are marked and the first gets the focus. */
  onSubmit: (values: FormValues) => Promise<unknown>
  /** When anything in it is changed. */
  onEdit?: () => void
  children: ReactNode
  className?: string
}

const FormContext = createContext<FormState>({ errors: {}, busy: false })

export const useFieldError = (name: string | undefined): string | undefined => {
  const { errors } = use(FormContext)
  return name === undefined ? undefined : errors[name]
}

export function Form({ onSubmit, onEdit, children, className = 'flex flex-col gap-4' }: FormProps) {
  const form = useRef<HTMLFormElement>(null)
  const [busy, setBusy] = useState(false)
  const [errors, setErrors] = useState<Record<string, string>>({})
  const [failure, setFailure] = useState<Error>()
  const state = useMemo(() => ({ errors, busy }), [errors, busy])

  const submit = async (element: HTMLFormElement): Promise<void> => {
    setBusy(true)
    try {
      await onSubmit(valuesOf(new FormData(element)))
      setErrors({})
      setFailure(undefined)
    } catch (error) {
      if (!(error instanceof Error)) throw error
      const { byField, rest } = sorted(error, element)
      flushSync(() => {
        setErrors(byField)
        setFailure(rest)
        setBusy(false)
      })
      element.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
    } finally {
      setBusy(false)
    }
  }

  /** What was complained about is being mended. */
  const forget = (name: string | null): void => {
    if (name !== null && name in errors) setErrors(({ [name]: _mended, ...others }) => others)
  }

  return (
    <FormContext value={state}>
      <form
        ref={form}
        noValidate
        className={className}
        onInput={({ target }) => {
          if (target instanceof HTMLElement) forget(target.getAttribute('name'))
          onEdit?.()
        }}
        onSubmit={(event) => {
          event.preventDefault()
          // Forms in dialogs sit inside another form in React's tree, not in the document's.
          event.stopPropagation()
          if (!busy) void submit(event.currentTarget)
        }}
      >
        {failure && <FormFailure error={failure} />}
        {children}
      </form>
    </FormContext>
  )
}

/** The form's own button: busy while the form is sent. */
export function Submit({ children, ...button }: Omit<ComponentProps<typeof Button>, 'type' | 'busy'>) {
  const { busy } = use(FormContext)
  return (
    <Button variant="primary" {...button} type="submit" busy={busy}>
      {children}
    </Button>
  )
}

/** Buttons below a form, the main one last. */
export const FormActions = ({ children }: { children: ReactNode }) => (
  <div className="flex flex-wrap justify-end gap-2">{children}</div>
)

const FormFailure = ({ error }: { error: Error }) => (
  <div role="alert" className="rounded-md border border-error/50 bg-surface px-3 py-2">
    <p className="flex items-start gap-2">
      <span className="pt-1.5">
        <StatusShape level="error" />
      </span>
      {error.message}
    </p>
    {error instanceof ApiError && error.status >= 500 && error.requestId && (
      <p className="mt-1 ml-5 font-mono text-sm text-faint">
        {error.code} · request {error.requestId}
      </p>
    )}
  </div>
)

/** Complaints about fields that stand in this form go to them; all else is told above. */
function sorted(error: Error, form: HTMLFormElement): { byField: Record<string, string>; rest: Error | undefined } {
  if (!(error instanceof ApiError) || error.fields.length === 0) return { byField: {}, rest: error }
  const here = error.fields.filter(({ field }) => form.elements.namedItem(field) !== null)
  const elsewhere = error.fields.filter((told) => !here.includes(told))
  const rest =
    elsewhere.length > 0
      ? new Error(elsewhere.map(({ field, message }) => (field ? `${field}: ${message}` : message)).join('. '))
      : undefined
  return { byField: Object.fromEntries(here.map(({ field, message }) => [field, message])), rest }
}

function valuesOf(data: FormData): FormValues {
  const text = (name: string): string => {
    const value = data.get(name)
    return typeof value === 'string' ? value : ''
  }
  const maybe = (name: string): string | undefined => text(name).trim() || undefined
  return {
    text,
    maybe,
    number: (name) => (maybe(name) === undefined ? undefined : Number(maybe(name))),
    checked: (name) => data.has(name),
    all: (name) => data.getAll(name).filter((value) => typeof value === 'string'),
  }
}
