import { X } from 'lucide-react'
import { Dialog as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { IconButton } from './Button.tsx'
import { cx } from './cx.ts'
import { focusBack, focusInside } from './focusInside.ts'

export interface ModalProps {
  open: boolean
  onClose: () => void
  title: string
  /** A sentence below the title. */
  lead?: ReactNode
  children: ReactNode
}

interface FrameProps extends ModalProps {
  /** Where it stands and how it comes. */
  className: string
  headClassName: string
}

/** What Dialog and Sheet have in common: the scrim, the head with its close button, the focus that stays and returns. */
export const Modal = ({ open, onClose, title, lead, children, className, headClassName }: FrameProps) => (
  <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
    <Radix.Portal>
      <Radix.Overlay className="fixed inset-0 z-40 animate-fade bg-scrim" />
      <Radix.Content
        data-modal=""
        onOpenAutoFocus={focusInside}
        onCloseAutoFocus={focusBack}
        onEscapeKeyDown={(event) => {
          if (isCompleting()) event.preventDefault()
        }}
        {...(lead ? {} : { 'aria-describedby': undefined })}
        className={cx('fixed z-40 flex flex-col border-border bg-raised shadow-float outline-none', className)}
      >
        <div className={cx('flex items-start justify-between gap-4 px-4', headClassName)}>
          <div className="min-w-0">
            <Radix.Title className="text-lg leading-7 font-semibold break-words">{title}</Radix.Title>
            {lead && <Radix.Description className="text-muted">{lead}</Radix.Description>}
          </div>
          <Radix.Close asChild>
            <IconButton icon={X} label="Close" />
          </Radix.Close>
        </div>
        {children}
      </Radix.Content>
    </Radix.Portal>
  </Radix.Root>
)

/** Escape closes the list of completions inside first. */
const isCompleting = (): boolean => document.querySelector('.cm-tooltip-autocomplete, [data-completions]') !== null
