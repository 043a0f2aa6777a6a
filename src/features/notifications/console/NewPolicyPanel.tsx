import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { call } from '#console/client.ts'
import { pb } from '#console/paths.ts'
import { areComing } from '#console/queryClient.ts'
import { Sheet } from '#console/ui/Sheet.tsx'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import { toastDone } from '#console/ui/Toaster.tsx'
import { newPolicy, PolicyForm, type PolicyDraft } from './PolicyForm.tsx'
import { channelsQuery, refresh } from './queries.ts'

export default function NewPolicyPanel() {
  const navigate = useNavigate()
  const [given] = useState(newPolicy)
  // They stand in the form.
  const channels = useQuery(channelsQuery)
  const close = (): void => void navigate({ to: pb.alerts('policies'), search: true })
  const create = async (draft: PolicyDraft): Promise<void> => {
    const { name } = await call('POST /notifications/policies', { body: draft })
    await refresh('policies')
    toastDone(`${name} is there. Let a route lead to it.`)
    close()
  }
  return (
    <Sheet open onClose={close} title="New policy" lead="Whom to tell, one after the other, until somebody is at it.">
      {areComing(channels) ? (
        <Skeleton className="h-64 w-full" />
      ) : (
        <PolicyForm given={given} submit="Create policy" onSave={create} onClose={close} />
      )}
    </Sheet>
  )
}
