import { useNavigate } from '@tanstack/react-router'
import { Check, type LucideIcon } from 'lucide-react'
import { DropdownMenu as Radix } from 'radix-ui'
import type { ReactElement, ReactNode } from 'react'
import { cx } from './cx.ts'
import { Kbd } from './Kbd.tsx'

export interface MenuAction {
  label: string
  icon?: LucideIcon
  /** Either where it goes or what it does. */
  to?: string
  onSelect?: () => void
  disabledReason?: string | undefined
  danger?: boolean
  keys?: string
  /** Present: one of several that can be on. */
  checked?: boolean
}

/** Actions, `'separator'`, or `{heading}` above the ones that follow. */
export type MenuItem = MenuAction | 'separator' | { heading: ReactNode }

interface MenuProps {
  /** One element that takes a ref, mostly a Button. */
  trigger: ReactElement
  items: MenuItem[]
  align?: 'start' | 'end'
  open?: boolean
  onOpenChange?: (open: boolean) => void
}

export const Menu = ({ trigger, items, align = 'end', open, onOpenChange }: MenuProps) => (
  <Radix.Root modal={false} {...(open !== undefined && { open })} {...(onOpenChange && { onOpenChange })}>
    <Radix.Trigger asChild>{trigger}</Radix.Trigger>
    <Radix.Portal>
      {/* Everything on the page stands in a landmark, what floats above it too. */}
      <section aria-label="Menu">
        <Radix.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className="z-50 max-h-[70dvh] min-w-44 max-w-80 animate-pop overflow-y-auto rounded-lg border border-border bg-raised p-1 shadow-float"
        >
          {items.map((item, index) => (
            // The items of a menu do not move while it is open.
            // oxlint-disable-next-line react/no-array-index-key
            <Item key={index} item={item} />
          ))}
        </Radix.Content>
      </section>
    </Radix.Portal>
  </Radix.Root>
)

function Item({ item }: { item: MenuItem }) {
  const navigate = useNavigate()
  if (item === 'separator') return <Radix.Separator className="my-1 h-px bg-border" />
  if ('heading' in item) return <Radix.Label className="px-2 py-1 text-sm text-muted">{item.heading}</Radix.Label>
  const { label, icon: Icon, to, onSelect, disabledReason, danger = false, keys, checked } = item
  const select = (event: Event): void => {
    if (disabledReason !== undefined) return event.preventDefault()
    if (to !== undefined) void navigate({ to })
    onSelect?.()
    // Several can be chosen without opening the menu again.
    if (checked !== undefined) event.preventDefault()
  }
  const look = cx(
    'flex min-h-7 items-center gap-2 rounded-md px-2 py-1 text-md outline-none select-none data-highlighted:bg-hover max-md:min-h-10',
    danger && disabledReason === undefined ? 'text-error' : 'text-text',
  )
  const inside = (
    <>
      {checked !== undefined ? (
        <span className="w-3.5">{checked && <Check size={14} aria-hidden="true" />}</span>
      ) : (
        Icon && <Icon size={14} aria-hidden="true" className={cx('shrink-0', !danger && 'text-muted')} />
      )}
      <span className={cx('min-w-0 flex-1', disabledReason !== undefined && 'text-faint')}>
        {label}
        {disabledReason !== undefined && <span className="block text-sm text-muted">{disabledReason}</span>}
      </span>
      {keys && <Kbd keys={keys} />}
    </>
  )
  return checked === undefined ? (
    <Radix.Item onSelect={select} aria-disabled={disabledReason !== undefined || undefined} className={look}>
      {inside}
    </Radix.Item>
  ) : (
    <Radix.CheckboxItem checked={checked} onSelect={select} className={look}>
      {inside}
    </Radix.CheckboxItem>
  )
}
