import { Modal, type ModalProps } from './Modal.tsx'

interface SheetProps extends ModalProps {
  side?: 'right' | 'bottom'
}

const sides = {
  right: 'inset-y-0 right-0 w-full animate-right border-l md:w-[480px]',
  bottom: 'inset-x-0 bottom-0 max-h-[85dvh] animate-bottom rounded-t-lg border-t pb-[env(safe-area-inset-bottom)]',
}

/** A panel from the edge that holds the page behind it: longer forms with their own address, the menu on a phone. */
export const Sheet = ({ children, side = 'right', ...modal }: SheetProps) => (
  <Modal {...modal} headClassName="border-b border-border py-2" className={sides[side]}>
    <div className="min-h-0 flex-1 overflow-y-auto p-4">{children}</div>
  </Modal>
)
