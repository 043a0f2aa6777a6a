import { Outlet } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { useCan } from '#console/me.ts'
import { pb } from '#console/paths.ts'
import { oneOf, useSearch } from '#console/search.ts'
import { Button, ButtonLink } from '#console/ui/Button.tsx'
import { PageHeader } from '#console/ui/PageHeader.tsx'
import { Segments } from '#console/ui/Segments.tsx'
import { KeyTable } from './KeyTable.tsx'
import type { Whose } from './queries.ts'

const tabs = [
  { value: 'mine', label: 'Mine' },
  { value: 'all', label: "Everybody's" },
] as const

export default function ApiKeysPage() {
  const [{ of }, setSearch] = useSearch({ of: oneOf<Whose>(['mine', 'all'], 'mine') })
  const can = useCan()
  const seesAll = can('api-keys:read').ok
  const whose = can('api-keys:own').ok ? of : 'all'
  return (
    <>
      <PageHeader
        title="API keys"
        lead="For programs. Each allows what its owner may do, or less."
        actions={<CreateKeyLink />}
      />
      <KeyTable whose={seesAll ? whose : 'mine'}>
        {seesAll && (
          <Segments label="Whose keys" value={whose} options={tabs} onChange={(value) => setSearch({ of: value })} />
        )}
      </KeyTable>
      <Outlet />
    </>
  )
}

function CreateKeyLink() {
  const { ok, reason } = useCan()('api-keys:own')
  return ok ? (
    <ButtonLink to={pb.apiKeyNew()} variant="primary" icon={Plus}>
      Create key
    </ButtonLink>
  ) : (
    <Button variant="primary" icon={Plus} disabledReason={reason}>
      Create key
    </Button>
  )
}
