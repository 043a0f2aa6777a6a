import { Button } from '#console/ui/Button.tsx'
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx'
import { Dialog } from '#console/ui/Dialog.tsx'
import { HowToStartRunner } from './NoRunner.tsx'
import type { Nobody } from './nobody.ts'

interface NobodyDialogProps {
  /** Undefined: closed. */
  nobody: Nobody | undefined
  onClose: () => void
  onWait: () => Promise<unknown>
}

/** What to do when no runner is there: wait for one, where that helps, or start one. */
export const NobodyDialog = ({ nobody, onClose, onWait }: NobodyDialogProps) =>
  nobody?.canWait ? (
    <ConfirmDialog
      open
      onClose={onClose}
      title="Nobody is there to do it"
      confirm="Wait for the runner"
      danger={false}
      onConfirm={onWait}
    >
      <p dir="auto" className="break-words">
        {nobody.message}
      </p>
      <p>It can wait for an hour and begins as soon as the runner is back.</p>
    </ConfirmDialog>
  ) : (
    <Dialog
      open={nobody !== undefined}
      onClose={onClose}
      title="Nobody is there to do it"
      footer={<Button onClick={onClose}>Close</Button>}
    >
      <p dir="auto" className="mb-3 break-words">
        {nobody?.message}
      </p>
      <HowToStartRunner />
    </Dialog>
  )
