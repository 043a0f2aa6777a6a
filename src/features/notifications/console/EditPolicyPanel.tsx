import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { call } from '#console/client.ts'
import { hasCode } from '#console/errors.ts'
import { pb } from '#console/paths.ts'
import { areComing, queryClient } from '#console/queryClient.ts'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { Sheet } from '#console/ui/Sheet.tsx'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import { toastDone } from '#console/ui/Toaster.tsx'
import { PolicyForm, type PolicyDraft } from './PolicyForm.tsx'
import { channelsQuery, policiesQuery, refresh, type Policy } from './queries.ts'

export default function EditPolicyPanel() {
  const { id = '' } = useParams({ strict: false })
  const navigate = useNavigate()
  const policies = useQuery(policiesQuery)
  // They stand in the form.
  const channels = useQuery(channelsQuery)
  const policy = policies.data?.policies.find((known) => known.id === id)
  const close = (): void => void navigate({ to: pb.alerts('policies'), search: true })
  return (
    <Sheet open onClose={close} title={policy ? `Change ${policy.name}` : 'Change policy'}>
      {policy && !areComing(channels) ? (
        <Editing opened={policy} onClose={close} />
      ) : policies.data && !areComing(channels) ? (
        <EmptyState kind="none" title="There is no such policy" />
      ) : policies.error ? (
        <ErrorPanel error={policies.error} what="the policy" />
      ) : (
        <Skeleton className="h-64 w-full" />
      )}
    </Sheet>
  )
}

/** The form saves over what was seen when it opened. */
function Editing({ opened, onClose }: { opened: Policy; onClose: () => void }) {
  const [seen] = useState(opened)
  const [version, setVersion] = useState(opened.version)
  const save = async (policy: PolicyDraft): Promise<void> => {
    try {
      await call('PUT /notifications/policies/{policy_id}', {
        params: { policy_id: seen.id },
        body: { version, policy },
      })
    } catch (error) {
      if (hasCode(error, 'CONFLICT')) {
        const { policies } = await queryClient.fetchQuery({ ...policiesQuery, staleTime: 0 })
        setVersion(policies.find(({ id }) => id === seen.id)?.version ?? version)
      }
      throw error
    }
    await refresh('policies')
    toastDone(`${policy.name} is saved`)
    onClose()
  }
  return (
    <PolicyForm given={seen} submit={version === seen.version ? 'Save' : 'Overwrite'} onSave={save} onClose={onClose} />
  )
}
