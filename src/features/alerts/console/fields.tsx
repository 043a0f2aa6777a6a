import { useState } from 'react'
import { TextField } from '#console/ui/Field.tsx'
import { secondsOf, spanText } from '#console/spanText.ts'

interface NumberFieldProps {
  name: string
  label: string
  hint?: string
  value: number | undefined
  /** NaN while it is no number: the server then says so. */
  onChange: (value: number | undefined) => void
}

const numberIn = (text: string): number | undefined =>
  text.trim() === '' ? undefined : Number(text.trim().replace(',', '.'))

/** A number; empty is none. */
export function NumberField({ value, onChange, ...field }: NumberFieldProps) {
  const [typed, setTyped] = useState(value === undefined ? '' : String(value))
  // NaN is only ever what was typed here; every other value may have come from elsewhere meanwhile.
  const isTyped = Number.isNaN(value) || Object.is(numberIn(typed), value)
  const change = (text: string): void => {
    setTyped(text)
    onChange(numberIn(text))
  }
  return (
    <TextField
      {...field}
      inputMode="decimal"
      autoComplete="off"
      value={isTyped ? typed : String(value ?? '')}
      error={value !== undefined && Number.isNaN(value) ? 'Write a number' : undefined}
      onChange={({ target }) => change(target.value)}
    />
  )
}

interface SpanFieldProps {
  name: string
  label: string
  hint?: string
  /** In seconds. */
  value: number
  onChange: (seconds: number) => void
}

/** A length of time: `90s`, `5m`, `1h 30m`. */
export function SpanField({ value, onChange, ...field }: SpanFieldProps) {
  const [typed, setTyped] = useState(() => spanText(value))
  const change = (text: string): void => {
    setTyped(text)
    onChange(secondsOf(text) ?? Number.NaN)
  }
  return (
    <TextField
      {...field}
      autoComplete="off"
      value={typed}
      error={Number.isNaN(value) ? 'Write a time such as 90s, 5m or 1h' : undefined}
      onChange={({ target }) => change(target.value)}
    />
  )
}
