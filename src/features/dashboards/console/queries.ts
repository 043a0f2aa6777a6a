import { queryOptions } from '@tanstack/react-query'
import type { Reply } from '#kernel/contract.ts'
import type { Api } from '#console/api.ts'
import { call } from '#console/client.ts'
import { queryClient } from '#console/queryClient.ts'

export type Dashboard = Reply<Api['GET /dashboards/{dashboard_id}']>
export type DashboardSummary = Reply<Api['GET /dashboards']>['dashboards'][number]
export type Board = Dashboard['board']
export type Panel = Board['panels'][number]
export type PanelType = Panel['type']
export type Variable = Board['variables'][number]
export type Level = Panel['thresholds'][number]['level']

export const dashboardsQuery = queryOptions({
  queryKey: ['dashboards', 'list'],
  queryFn: ({ signal }) => call('GET /dashboards', { signal }),
})

export const dashboardQuery = (id: string) =>
  queryOptions({
    queryKey: ['dashboards', 'one', id],
    queryFn: ({ signal }) => call('GET /dashboards/{dashboard_id}', { params: { dashboard_id: id }, signal }),
  })

export const refreshDashboards = (): Promise<void> => queryClient.invalidateQueries({ queryKey: ['dashboards'] })

export const putDashboard = (dashboard: Dashboard): void => {
  queryClient.setQueryData(dashboardQuery(dashboard.id).queryKey, dashboard)
  void queryClient.invalidateQueries({ queryKey: dashboardsQuery.queryKey })
}
