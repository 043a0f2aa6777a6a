import { useState } from 'react'
import { cx } from '../ui/cx.ts'
import { PasswordField } from '../ui/Field.tsx'
import { judge } from './judge.ts'

interface NewPasswordProps {
  name?: string
  label?: string
  minLength: number
  /** Words that a good password does not hold: the user's own names. */
  avoid?: string[]
}

const nothing: string[] = []

/** A password that is being chosen, with a hint how good it is. The server has the last word. */
export function NewPassword({ name = 'password', label = 'Password', minLength, avoid = nothing }: NewPasswordProps) {
  const [typed, setTyped] = useState('')
  const { score, advice } = judge(typed, minLength, avoid)
  return (
    <div>
      <PasswordField
        name={name}
        label={label}
        autoComplete="new-password"
        required
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
        hint={
          <span className="flex flex-col gap-1.5">
            <span aria-hidden="true" className="mt-0.5 grid grid-cols-4 gap-1">
              {[1, 2, 3, 4].map((step) => (
                <span key={step} className={cx('h-1 rounded-full', step <= score ? colours[score] : 'bg-hover')} />
              ))}
            </span>
            <span aria-live="polite">{advice}</span>
          </span>
        }
      />
    </div>
  )
}

const colours = ['', 'bg-error', 'bg-warn', 'bg-ok', 'bg-ok']
