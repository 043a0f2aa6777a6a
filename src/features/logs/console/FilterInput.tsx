import { Search, X } from 'lucide-react'
import { useEffect, useRef, useState, type Ref } from 'react'
import { useShortcuts } from '#console/keyboard.ts'
import { IconButton } from '#console/ui/Button.tsx'
import { cx } from '#console/ui/cx.ts'
import { Input } from '#console/ui/Field.tsx'
import { problemIn, type QueryProblem } from './terms.ts'

interface FilterInputProps {
  q: string
  /** What the server could not read. */
  problem: QueryProblem | undefined
  /** Typing replaces the entry of the history, Enter adds one. */
  onQ: (q: string, options: { replace: boolean }) => void
}

/** A query runs when one stops typing for so long. */
const typingMs = 500

/** The filter as text, with what is wrong underlined where it is. */
export function FilterInput({ q, problem, onQ }: FilterInputProps) {
  const input = useRef<HTMLInputElement>(null)
  const under = useRef<HTMLDivElement>(null)
  const [typed, setTyped] = useState(q)
  const [sent, setSent] = useState(q)
  // The address changed by something else than typing: back, a chip, a facet.
  if (q !== sent) {
    setSent(q)
    setTyped(q)
  }
  useEffect(() => {
    if (typed === sent) return undefined
    const timer = setTimeout(() => {
      setSent(typed)
      onQ(typed, { replace: true })
    }, typingMs)
    return () => clearTimeout(timer)
  }, [typed, sent, onQ])
  useShortcuts([{ keys: '/', label: 'Filter the lines', group: 'List', run: () => input.current?.focus() }])

  const commit = (next: string): void => {
    setTyped(next)
    setSent(next)
    onQ(next, { replace: next === q })
  }
  // While one is still typing the end may be missing; that is told when one stops.
  const shown = typed === q ? (problemIn(q) ?? problem) : undefined
  return (
    <search className="min-w-0 flex-1 basis-80 max-md:basis-full">
      <div className="relative">
        <Search
          size={14}
          aria-hidden="true"
          className="pointer-events-none absolute inset-y-0 left-2 z-10 my-auto text-faint"
        />
        <Input
          ref={input}
          type="text"
          aria-label="Filter"
          aria-invalid={shown ? true : undefined}
          aria-describedby={shown ? 'filter-problem' : 'filter-help'}
          placeholder='words, "a phrase", -not, level:error, service:api, @status:>=500, or {app="api"} |= "…"'
          value={typed}
          spellCheck={false}
          autoCapitalize="none"
          autoComplete="off"
          onChange={({ target }) => setTyped(target.value)}
          onScroll={({ currentTarget }) => under.current && (under.current.scrollLeft = currentTarget.scrollLeft)}
          onKeyDown={({ key, currentTarget }) => {
            if (key === 'Enter') commit(typed)
            if (key === 'Escape') currentTarget.blur()
          }}
          className="!pr-8 !pl-7 font-mono !text-sm [font-variant-ligatures:none] max-md:!text-[16px]"
        />
        {shown && <Underline ref={under} text={typed} problem={shown} />}
        {typed !== '' && (
          <IconButton
            icon={X}
            size="sm"
            label="Clear the filter"
            onClick={() => commit('')}
            className="absolute inset-y-0 right-1 my-auto"
          />
        )}
      </div>
      <p id="filter-help" className="sr-only">
        All words have to be in the line. Enter keeps the filter in the history.
      </p>
      <p id="filter-problem" role="status" className={cx('text-sm', shown ? 'mt-1 text-error' : 'sr-only')}>
        {shown && `At character ${shown.from + 1}: ${shown.message}. Until then the lines stay as they are.`}
      </p>
    </search>
  )
}

interface UnderlineProps {
  ref: Ref<HTMLDivElement>
  text: string
  problem: QueryProblem
}

/** Lies over the input with the same letters, of which only the line below the wrong ones is seen. */
function Underline({ ref, text, problem }: UnderlineProps) {
  const from = Math.min(problem.from, Math.max(0, text.length - 1))
  const to = Math.max(from + 1, problem.to)
  return (
    <div
      ref={ref}
      aria-hidden="true"
      className="pointer-events-none absolute inset-0 overflow-hidden border border-transparent pr-8 pl-7 font-mono text-sm [font-variant-ligatures:none] leading-[30px] whitespace-pre text-transparent max-md:text-[16px] max-md:leading-[38px]"
    >
      {text.slice(0, from)}
      <span data-problem="" className="underline decoration-error decoration-wavy decoration-2 underline-offset-4">
        {text.slice(from, to) || ' '}
      </span>
      {text.slice(to)}
    </div>
  )
}
