import { X } from 'lucide-react'
import { Dialog as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { IconButton } from './Button.tsx'
import { cx } from './cx.ts'
import { focusBack, focusInside } from './focusInside.ts'

interface DialogProps {
  open: boolean
  onClose: () => void
  title: string
  /** A sentence below the title. */
  lead?: ReactNode
  children: ReactNode
  /** Buttons below; a form inside brings its own. */
  footer?: ReactNode
  size?: 'sm' | 'md' | 'lg'
}

const widths = { sm: 'md:max-w-sm', md: 'md:max-w-lg', lg: 'md:max-w-3xl' }

/** In the middle of the screen; at the bottom on a phone. Focus stays inside and returns on close. */
export const Dialog = ({ open, onClose, title, lead, children, footer, size = 'md' }: DialogProps) => (
  <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
    <Radix.Portal>
      <Radix.Overlay className="fixed inset-0 z-40 animate-fade bg-scrim" />
      <Radix.Content
        data-modal=""
        onOpenAutoFocus={focusInside}
        onCloseAutoFocus={focusBack}
        {...(lead ? {} : { 'aria-describedby': undefined })}
        className={cx(
          'fixed z-40 flex max-h-[85dvh] flex-col border border-border bg-raised shadow-float outline-none',
          'max-md:inset-x-0 max-md:bottom-0 max-md:animate-bottom max-md:rounded-t-lg max-md:pb-[env(safe-area-inset-bottom)]',
          'md:top-[12dvh] md:left-1/2 md:w-[calc(100%-32px)] md:-translate-x-1/2 md:animate-fade md:rounded-lg',
          widths[size],
        )}
      >
        <div className="flex items-start justify-between gap-4 px-4 pt-3 pb-2">
          <div className="min-w-0">
            <Radix.Title className="text-lg leading-7 font-semibold">{title}</Radix.Title>
            {lead && <Radix.Description className="text-muted">{lead}</Radix.Description>}
          </div>
          <Radix.Close asChild>
            <IconButton icon={X} label="Close" />
          </Radix.Close>
        </div>
        <div className="min-h-0 overflow-y-auto px-4 pt-1 pb-4">{children}</div>
        {footer && <div className="flex flex-wrap justify-end gap-2 border-t border-border px-4 py-3">{footer}</div>}
      </Radix.Content>
    </Radix.Portal>
  </Radix.Root>
)
