import { queryOptions, useQuery } from '@tanstack/react-query'
import { FlaskConical } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { call } from '../client.ts'
import { plural } from '../format.ts'
import { useCan } from '../me.ts'
import { queryClient } from '../queryClient.ts'
import { Button } from '../ui/Button.tsx'
import { CardSkeletons } from '../ui/CardSkeletons.tsx'
import { ConfirmDialog } from '../ui/ConfirmDialog.tsx'
import { toastDone } from '../ui/Toaster.tsx'

const demoQuery = queryOptions({
  queryKey: ['demo'],
  queryFn: ({ signal }) => call('GET /admin/demo', { signal }),
  staleTime: 60_000,
})

/**
 * Says that part of what is shown below it is made up, and takes it away; nothing where there is no sample.
 * What is below waits until that is known, and so never jumps.
 */
export function DemoNote({ children }: { children: ReactNode }) {
  const can = useCan()
  const [removing, setRemoving] = useState(false)
  const { data: demo, isLoading } = useQuery({ ...demoQuery, enabled: can(['settings:read', 'users:read']).ok })
  if (isLoading) return <CardSkeletons rows={[{ cards: 1, height: 480 }]} />
  if (!demo || demo.users + demo.projects === 0) return children
  return (
    <>
      <div
        role="note"
        className="mb-3 flex flex-wrap items-center gap-x-3 gap-y-2 rounded-lg border border-info/40 bg-surface px-3 py-2"
      >
        <FlaskConical size={14} aria-hidden="true" className="text-info" />
        <p className="min-w-0 flex-1 max-sm:basis-3/4">
          Sample data is mixed in: {plural(demo.users, 'user')} and {plural(demo.projects, 'project')} marked{' '}
          <b className="font-medium">demo</b>.
        </p>
        <Button size="sm" onClick={() => setRemoving(true)} disabledReason={can('settings:configure').reason}>
          Remove sample data…
        </Button>
        <ConfirmDialog
          open={removing}
          onClose={() => setRemoving(false)}
          title="Remove sample data"
          confirm="Remove"
          onConfirm={remove}
        >
          Sample users are deleted with all that is theirs, and so are sample projects and the activity of those users.
          What real people did stays. A start with <code className="font-mono text-sm">--demo</code> brings a new
          sample.
        </ConfirmDialog>
      </div>
      {children}
    </>
  )
}

async function remove(): Promise<void> {
  const { message } = await call('POST /admin/demo/remove')
  await queryClient.invalidateQueries()
  toastDone(message)
}
