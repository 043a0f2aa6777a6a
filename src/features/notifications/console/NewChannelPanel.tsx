import { useNavigate } from '@tanstack/react-router'
import { call } from '#console/client.ts'
import { pb } from '#console/paths.ts'
import { Sheet } from '#console/ui/Sheet.tsx'
import { toastDone } from '#console/ui/Toaster.tsx'
import { ChannelForm, type ChannelDraft } from './ChannelForm.tsx'
import { refresh, type NewChannel } from './queries.ts'

export default function NewChannelPanel() {
  const navigate = useNavigate()
  const close = (): void => void navigate({ to: pb.alerts('channels'), search: true })
  const create = async (draft: ChannelDraft): Promise<void> => {
    // The server checks the configuration by its kind.
    const { name } = await call('POST /notifications/channels', { body: draft as NewChannel })
    await refresh('channels')
    toastDone(`${name} is there. Send a test to see whether it arrives.`)
    close()
  }
  return (
    <Sheet open onClose={close} title="New channel">
      <ChannelForm submit="Create channel" onSave={create} onClose={close} />
    </Sheet>
  )
}
