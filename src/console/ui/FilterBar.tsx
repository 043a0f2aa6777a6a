import { ChevronDown, Search, X } from 'lucide-react'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { useShortcuts } from '../keyboard.ts'
import { Button } from './Button.tsx'
import { Input, type Option } from './Field.tsx'
import { Menu } from './Menu.tsx'

const typingMs = 200

export interface Filter {
  key: string
  label: string
  options: readonly Option[]
  /** Values that are chosen; none means all. */
  value: readonly string[]
  onChange: (value: string[]) => void
  /** Only one at a time. */
  single?: boolean
}

const none: Filter[] = []

interface FilterBarProps {
  /** Free text, in the URL as `q`. */
  q?: string
  onQ?: (q: string) => void
  placeholder?: string
  filters?: Filter[]
  /** At the end of the bar: export, density, … */
  children?: ReactNode
}

/** Search and chips over a list; what is chosen is the page's to keep in the URL. */
export function FilterBar({ q, onQ, placeholder = 'Filter', filters = none, children }: FilterBarProps) {
  const active = filters.filter(({ value }) => value.length > 0)
  const clear = (): void => {
    for (const { onChange } of active) onChange([])
    onQ?.('')
  }
  return (
    <search className="mb-3 flex flex-wrap items-center gap-2">
      {onQ && <SearchInput q={q ?? ''} onQ={onQ} placeholder={placeholder} />}
      {filters.map((filter) => (
        <FilterMenu key={filter.key} filter={filter} />
      ))}
      {(active.length > 0 || q) && (
        <Button variant="ghost" icon={X} onClick={clear}>
          Clear
        </Button>
      )}
      {children && <div className="ml-auto flex flex-wrap items-center gap-2">{children}</div>}
    </search>
  )
}

function SearchInput({ q, onQ, placeholder }: { q: string; onQ: (q: string) => void; placeholder: string }) {
  const input = useRef<HTMLInputElement>(null)
  const [typed, setTyped] = useState(q)
  const [sent, setSent] = useState(q)
  // The address changed by something else than typing: back, a link, Clear.
  if (q !== sent) {
    setSent(q)
    setTyped(q)
  }
  useEffect(() => {
    if (typed === sent) return undefined
    const timer = setTimeout(() => {
      setSent(typed)
      onQ(typed)
    }, typingMs)
    return () => clearTimeout(timer)
  }, [typed, sent, onQ])
  useShortcuts([{ keys: '/', label: 'Filter the list', group: 'List', run: () => input.current?.focus() }])
  return (
    <span className="relative w-64 max-md:w-full">
      <Search
        size={14}
        aria-hidden="true"
        className="pointer-events-none absolute inset-y-0 left-2 my-auto text-faint"
      />
      <Input
        ref={input}
        type="search"
        aria-label={placeholder}
        placeholder={placeholder}
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
        onKeyDown={({ key, currentTarget }) => key === 'Escape' && currentTarget.blur()}
        className="!h-7 !border-border !pl-7 max-md:!h-9 [&::-webkit-search-cancel-button]:hidden"
      />
    </span>
  )
}

function FilterMenu({ filter: { label, options, value, onChange, single = false } }: { filter: Filter }) {
  const chosen = options.filter((option) => value.includes(option.value)).map((option) => option.label)
  const toggle = (option: string): string[] => {
    if (value.includes(option)) return value.filter((other) => other !== option)
    return single ? [option] : [...value, option]
  }
  return (
    <Menu
      align="start"
      items={options.map((option) => ({
        label: option.label,
        checked: value.includes(option.value),
        onSelect: () => onChange(toggle(option.value)),
      }))}
      trigger={
        <Button className={chosen.length > 0 ? '!border-accent' : ''}>
          <span className="text-muted">{label}</span>
          {chosen.length > 0 && <span>{chosen.length > 2 ? `${chosen.length} chosen` : chosen.join(', ')}</span>}
          <ChevronDown size={12} aria-hidden="true" className="text-faint" />
        </Button>
      }
    />
  )
}
