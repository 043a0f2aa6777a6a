import type { ReactNode } from 'react'
import { cx } from './cx.ts'
import { Modal, type ModalProps } from './Modal.tsx'

interface DialogProps extends ModalProps {
  /** Buttons below; a form inside brings its own. */
  footer?: ReactNode
  size?: 'sm' | 'md' | 'lg'
}

const widths = { sm: 'md:max-w-sm', md: 'md:max-w-lg', lg: 'md:max-w-3xl' }

/** In the middle of the screen; at the bottom on a phone. Focus stays inside and returns on close. */
export const Dialog = ({ children, footer, size = 'md', ...modal }: DialogProps) => (
  <Modal
    {...modal}
    headClassName="pt-3 pb-2"
    className={cx(
      'max-h-[85dvh] border',
      'max-md:inset-x-0 max-md:bottom-0 max-md:animate-bottom max-md:rounded-t-lg max-md:pb-[env(safe-area-inset-bottom)]',
      'md:top-[12dvh] md:left-1/2 md:w-[calc(100%-32px)] md:-translate-x-1/2 md:animate-fade md:rounded-lg',
      widths[size],
    )}
  >
    <div className="min-h-0 overflow-y-auto px-4 pt-1 pb-4">{children}</div>
    {footer && <div className="flex flex-wrap justify-end gap-2 border-t border-border px-4 py-3">{footer}</div>}
  </Modal>
)
