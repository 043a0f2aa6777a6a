import { useId, useState, type ComponentProps, type KeyboardEvent } from 'react'
import { cx } from '#console/ui/cx.ts'
import { Input } from '#console/ui/Field.tsx'
import type { Completion } from './completions.ts'
import { atDraft, stepped } from './lineHistory.ts'

interface CommandLineProps extends Omit<ComponentProps<'input'>, 'value' | 'onChange'> {
  value: string
  onLine: (line: string) => void
  /** What the present line could become. */
  completions: readonly Completion[]
  /** Earlier lines, newest first. */
  history: readonly string[]
}

/** A line to type a command in: down chooses what it could become, up brings earlier lines back. */
export function CommandLine({ value, onLine, completions, history, ...input }: CommandLineProps) {
  const id = useId()
  const [isOpen, setOpen] = useState(false)
  const [active, setActive] = useState(-1)
  const [place, setPlace] = useState(atDraft)
  const isShown = isOpen && completions.length > 0
  const close = (): void => {
    setOpen(false)
    setActive(-1)
  }
  const take = (line: string): void => {
    onLine(line)
    setPlace(atDraft)
    setActive(-1)
    setOpen(line.endsWith(' '))
  }
  const step = (by: 1 | -1): void => {
    const found = stepped(history, place, by, value)
    if (!found) return
    setPlace(found.place)
    onLine(found.line)
    close()
  }
  const keys: Record<string, (() => void) | undefined> = {
    ArrowUp: active >= 0 ? () => setActive(active - 1) : () => step(1),
    ArrowDown:
      place.at >= 0
        ? () => step(-1)
        : () => {
            setOpen(true)
            setActive(isShown ? Math.min(active + 1, completions.length - 1) : 0)
          },
    Enter: isShown && active >= 0 ? () => take(completions[active]!.line) : undefined,
    Escape: isShown ? close : undefined,
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const act = keys[event.key]
    if (event.nativeEvent.isComposing) return
    // The line is sent, and the next one begins without a list.
    if (!act && event.key === 'Enter') close()
    if (!act) return
    event.preventDefault()
    act()
  }
  return (
    <span className="relative min-w-0 flex-1">
      <Input
        {...input}
        value={value}
        onChange={({ target }) => {
          onLine(target.value)
          setPlace(atDraft)
          setActive(-1)
          setOpen(target.value.trim() !== '')
        }}
        onKeyDown={onKeyDown}
        onBlur={close}
        role="combobox"
        aria-expanded={isShown}
        aria-autocomplete="list"
        aria-controls={isShown ? id : undefined}
        aria-activedescendant={isShown && active >= 0 ? `${id}-${active}` : undefined}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        className="font-mono"
      />
      {isShown && (
        <div
          id={id}
          role="listbox"
          aria-label="Completions"
          data-completions=""
          className="absolute inset-x-0 top-full z-20 mt-1 max-h-64 overflow-y-auto rounded-lg border border-border bg-raised p-1 shadow-float"
        >
          {completions.map(({ line, label, note }, index) => (
            // Keys are those of the line, which keeps the focus.
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
            <div
              key={line}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === active}
              tabIndex={-1}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => take(line)}
              className={cx(
                'flex min-h-7 flex-wrap items-baseline gap-x-3 rounded-md px-2 py-1 hover:bg-hover max-md:min-h-10',
                index === active && 'bg-hover',
              )}
            >
              <code className="font-mono text-sm break-all">{label}</code>
              <span className="text-sm text-muted">{note}</span>
            </div>
          ))}
        </div>
      )}
    </span>
  )
}
