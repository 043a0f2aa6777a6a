import type { ByRoute } from '#kernel/contract.ts'
import type { activityEndpoints } from '#features/activity/contract.ts'
import type { alertsEndpoints } from '#features/alerts/contract.ts'
import type { apiKeysEndpoints } from '#features/api-keys/contract.ts'
import type { auditEndpoints } from '#features/audit/contract.ts'
import type { authEndpoints } from '#features/auth/contract.ts'
import type { collectionEndpoints } from '#features/collection/contract.ts'
import type { commandsEndpoints } from '#features/commands/contract.ts'
import type { dashboardsEndpoints } from '#features/dashboards/contract.ts'
import type { demoEndpoints } from '#features/demo/contract.ts'
import type { logsEndpoints } from '#features/logs/contract.ts'
import type { metricsEndpoints } from '#features/metrics/contract.ts'
import type { mfaEndpoints } from '#features/mfa/contract.ts'
import type { notificationsEndpoints } from '#features/notifications/contract.ts'
import type { processesEndpoints } from '#features/processes/contract.ts'
import type { projectsEndpoints } from '#features/projects/contract.ts'
import type { rolesEndpoints } from '#features/roles/contract.ts'
import type { savedQueriesEndpoints } from '#features/saved-queries/contract.ts'
import type { sessionsEndpoints } from '#features/sessions/contract.ts'
import type { settingsEndpoints } from '#features/settings/contract.ts'
import type { shortLinksEndpoints } from '#features/short-links/contract.ts'
import type { systemEndpoints } from '#features/system/contract.ts'
import type { usersEndpoints } from '#features/users/contract.ts'

/** Every operation the console may call, keyed `'GET /admin/users'`. One line for each feature; types only. */
export type Api = ByRoute<typeof activityEndpoints> &
  ByRoute<typeof alertsEndpoints> &
  ByRoute<typeof apiKeysEndpoints> &
  ByRoute<typeof auditEndpoints> &
  ByRoute<typeof authEndpoints> &
  ByRoute<typeof collectionEndpoints> &
  ByRoute<typeof commandsEndpoints> &
  ByRoute<typeof dashboardsEndpoints> &
  ByRoute<typeof demoEndpoints> &
  ByRoute<typeof logsEndpoints> &
  ByRoute<typeof metricsEndpoints> &
  ByRoute<typeof mfaEndpoints> &
  ByRoute<typeof notificationsEndpoints> &
  ByRoute<typeof processesEndpoints> &
  ByRoute<typeof projectsEndpoints> &
  ByRoute<typeof rolesEndpoints> &
  ByRoute<typeof savedQueriesEndpoints> &
  ByRoute<typeof sessionsEndpoints> &
  ByRoute<typeof settingsEndpoints> &
  ByRoute<typeof shortLinksEndpoints> &
  ByRoute<typeof systemEndpoints> &
  ByRoute<typeof usersEndpoints>
