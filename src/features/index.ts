import type { Feature } from '#platform/http/endpoints.ts'
import { createActivity } from './activity/index.ts'
import { createAlertmanager } from './alertmanager/index.ts'
import { createAlerts } from './alerts/index.ts'
import { apiKeysFeature } from './api-keys/index.ts'
import { createAudit } from './audit/index.ts'
import { createAuth, type Auth } from './auth/index.ts'
import { backupFeature } from './backup/index.ts'
import { createCollection } from './collection/index.ts'
import { createCommands } from './commands/index.ts'
import { createDashboards } from './dashboards/index.ts'
import { createDemo } from './demo/index.ts'
import { createMetricsFeature } from './metrics/index.ts'
import { logsFeature } from './logs/index.ts'
import { mfaFeature } from './mfa/index.ts'
import { createNotifications } from './notifications/index.ts'
import { createProcesses } from './processes/index.ts'
import { projectsFeature } from './projects/index.ts'
import { rolesFeature } from './roles/index.ts'
import { savedQueriesFeature } from './saved-queries/index.ts'
import { createSessions } from './sessions/index.ts'
import { settingsFeature } from './settings/index.ts'
import { shortLinksFeature } from './short-links/index.ts'
import { systemFeature } from './system/index.ts'
import { usersFeature } from './users/index.ts'

/** Every capability of the product, one line each. */
export function createFeatures(): { features: Feature[]; auth: Auth } {
  const auth = createAuth()
  const activity = createActivity()
  const sessions = createSessions()
  const features: Feature[] = [
    rolesFeature,
    usersFeature,
    auth.feature,
    apiKeysFeature,
    mfaFeature,
    projectsFeature,
    createAudit(),
    activity.feature,
    createDemo(activity),
    logsFeature,
    createMetricsFeature(),
    createCollection(),
    createDashboards(),
    savedQueriesFeature,
    shortLinksFeature,
    createAlerts(),
    createNotifications(),
    createAlertmanager(),
    sessions.feature,
    createCommands(sessions.runners),
    settingsFeature,
    systemFeature,
    createProcesses(),
    backupFeature,
  ]
  return { features, auth }
}
