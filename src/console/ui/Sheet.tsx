import { X } from 'lucide-react'
import { Dialog as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { IconButton } from './Button.tsx'
import { cx } from './cx.ts'
import { focusBack, focusInside } from './focusInside.ts'

interface SheetProps {
  open: boolean
  onClose: () => void
  title: string
  lead?: ReactNode
  children: ReactNode
  side?: 'right' | 'bottom'
}

/** A panel from the edge that holds the page behind it: longer forms with their own address, the menu on a phone. */
export const Sheet = ({ open, onClose, title, lead, children, side = 'right' }: SheetProps) => (
  <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
    <Radix.Portal>
      <Radix.Overlay className="fixed inset-0 z-40 animate-fade bg-scrim" />
      <Radix.Content
        data-modal=""
        onOpenAutoFocus={focusInside}
        onCloseAutoFocus={focusBack}
        {...(lead ? {} : { 'aria-describedby': undefined })}
        className={cx(
          'fixed z-40 flex flex-col border-border bg-raised shadow-float outline-none',
          side === 'right'
            ? 'inset-y-0 right-0 w-full animate-right border-l md:w-[480px]'
            : 'inset-x-0 bottom-0 max-h-[85dvh] animate-bottom rounded-t-lg border-t pb-[env(safe-area-inset-bottom)]',
        )}
      >
        <div className="flex items-start justify-between gap-4 border-b border-border px-4 py-2">
          <div className="min-w-0">
            <Radix.Title className="text-lg leading-7 font-semibold">{title}</Radix.Title>
            {lead && <Radix.Description className="text-muted">{lead}</Radix.Description>}
          </div>
          <Radix.Close asChild>
            <IconButton icon={X} label="Close" />
          </Radix.Close>
        </div>
        <div className="min-h-0 flex-1 overflow-y-auto p-4">{children}</div>
      </Radix.Content>
    </Radix.Portal>
  </Radix.Root>
)
