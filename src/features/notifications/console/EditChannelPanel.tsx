import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { call } from '#console/client.ts'
import { hasCode } from '#console/errors.ts'
import { pb } from '#console/paths.ts'
import { queryClient } from '#console/queryClient.ts'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { Sheet } from '#console/ui/Sheet.tsx'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import { toastDone } from '#console/ui/Toaster.tsx'
import { ChannelForm, type ChannelDraft } from './ChannelForm.tsx'
import { channelsQuery, refresh, type Channel } from './queries.ts'

export default function EditChannelPanel() {
  const { id = '' } = useParams({ strict: false })
  const navigate = useNavigate()
  const channels = useQuery(channelsQuery)
  const channel = channels.data?.channels.find((known) => known.id === id)
  const close = (): void => void navigate({ to: pb.alerts('channels'), search: true })
  return (
    <Sheet open onClose={close} title={channel ? `Change ${channel.name}` : 'Change channel'}>
      {channel ? (
        <Editing opened={channel} onClose={close} />
      ) : channels.data ? (
        <EmptyState kind="none" title="There is no such channel" />
      ) : channels.error ? (
        <ErrorPanel error={channels.error} what="the channel" />
      ) : (
        <Skeleton className="h-64 w-full" />
      )}
    </Sheet>
  )
}

/** `opened` changes under the form with every delivery; the form saves over what was seen. */
function Editing({ opened, onClose }: { opened: Channel; onClose: () => void }) {
  const [seen] = useState(opened)
  const [version, setVersion] = useState(opened.version)
  const [isTheirs, setTheirs] = useState(false)
  const save = async ({ name, enabled, config }: ChannelDraft): Promise<void> => {
    try {
      await call('PUT /notifications/channels/{channel_id}', {
        params: { channel_id: seen.id },
        body: { name, enabled, config, version },
      })
    } catch (error) {
      if (hasCode(error, 'CONFLICT')) {
        const { channels } = await queryClient.fetchQuery({ ...channelsQuery, staleTime: 0 })
        const present = channels.find(({ id }) => id === seen.id)
        if (present && present.version !== version) {
          setVersion(present.version)
          setTheirs(true)
        }
      }
      throw error
    }
    await refresh('channels')
    toastDone(`${name} is saved`)
    onClose()
  }
  return <ChannelForm channel={seen} submit={isTheirs ? 'Overwrite' : 'Save'} onSave={save} onClose={onClose} />
}
