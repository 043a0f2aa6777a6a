import { useState } from 'react'
import { cx } from '../ui/cx.ts'
import { PasswordField } from '../ui/Field.tsx'

interface NewPasswordProps {
  name?: string
  label?: string
  minLength: number
  /** Words that a good password does not hold: the user's own names. */
  avoid?: string[]
}

/** A password that is being chosen, with a hint how good it is. The server has the last word. */
export function NewPassword({ name = 'password', label = 'Password', minLength, avoid = [] }: NewPasswordProps) {
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

/** Length counts most; repeats and one's own name count against. 0 to 4. */
export function judge(password: string, minLength: number, avoid: string[]): { score: number; advice: string } {
  if (password === '') return { score: 0, advice: `At least ${minLength} characters. Four random words are easy to remember and hard to guess.` }
  const missing = minLength - password.length
  if (missing > 0) return { score: 1, advice: `${missing} more ${missing === 1 ? 'character' : 'characters'}.` }
  const lower = password.toLowerCase()
  if (avoid.some((word) => word.length > 2 && lower.includes(word.toLowerCase()))) return { score: 1, advice: 'Leave your own name out of it.' }
  const variety = new Set(lower).size
  if (variety < 6) return { score: 1, advice: 'Too few different characters.' }
  if (password.length >= 20 && variety >= 10) return { score: 4, advice: 'Strong.' }
  if (password.length >= minLength + 4 && variety >= 9) return { score: 3, advice: 'Good.' }
  return { score: 2, advice: 'Long enough; longer is better.' }
}
