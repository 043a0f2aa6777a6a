import { Plus } from 'lucide-react'
import { useState } from 'react'
import { useCan } from '#console/me.ts'
import { Button } from '#console/ui/Button.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { CreateKey } from './CreateKey.tsx'
import { KeyTable } from './KeyTable.tsx'

/** Own keys, for the profile. */
export function MyKeysPanel() {
  const [creating, setCreating] = useState(false)
  const { ok, reason } = useCan()('api-keys:own')
  if (!ok)
    return (
      <EmptyState kind="denied" title="API keys are not for your role">
        {reason}
      </EmptyState>
    )
  return (
    <>
      <KeyTable whose="mine">
        <Button variant="primary" icon={Plus} onClick={() => setCreating(true)}>
          Create key
        </Button>
      </KeyTable>
      <CreateKey open={creating} onClose={() => setCreating(false)} />
    </>
  )
}
