import { Star } from 'lucide-react'
import { call } from '#console/client.ts'
import { IconButton } from '#console/ui/Button.tsx'
import { toastError } from '#console/ui/Toaster.tsx'
import { refreshDashboards, type DashboardSummary } from './queries.ts'

type Starred = Pick<DashboardSummary, 'id' | 'title' | 'starred'>

/** Among one's own favourites or not; everybody has their own. */
export const StarButton = ({ dashboard }: { dashboard: Starred }) => (
  <IconButton
    icon={Star}
    size="sm"
    aria-pressed={dashboard.starred}
    label={dashboard.starred ? `Unstar ${dashboard.title}` : `Star ${dashboard.title}`}
    onClick={() => void toggle(dashboard)}
    className={dashboard.starred ? '!text-warn [&_svg]:fill-current' : ''}
  />
)

async function toggle({ id, starred }: Starred): Promise<void> {
  try {
    await call('PUT /dashboards/{dashboard_id}/star', { params: { dashboard_id: id }, body: { starred: !starred } })
  } catch (error) {
    toastError(error)
  }
  await refreshDashboards()
}
