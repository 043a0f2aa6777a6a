import { call } from '#console/client.ts'
import { queryClient } from '#console/queryClient.ts'
import { toastDone, toastError } from '#console/ui/Toaster.tsx'
import { activeQuery, refreshAlerts, type Active, type Alert } from './queries.ts'

/** Shown at once, and taken back where the server says no. */
export async function acknowledge({ id, name }: Alert): Promise<void> {
  const before = queryClient.getQueryData(activeQuery.queryKey)
  if (before) queryClient.setQueryData(activeQuery.queryKey, withAcknowledged(before, id))
  try {
    await call('POST /alerts/active/{alert_id}/acknowledge', { params: { alert_id: id } })
    toastDone(`${name} is acknowledged`)
  } catch (error) {
    toastError(error)
  }
  await refreshAlerts()
}

const withAcknowledged = ({ alerts, counts }: Active, id: string): Active => ({
  alerts: alerts.map((alert) => (alert.id === id ? { ...alert, state: 'acknowledged' } : alert)),
  counts: { ...counts, firing: counts.firing - 1, acknowledged: counts.acknowledged + 1 },
})
