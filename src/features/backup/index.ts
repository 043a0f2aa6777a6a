import { feature } from '#platform/http/endpoints.ts'
import { backupEndpoints } from './contract.ts'
import { backupHandlers } from './routes.ts'

export { isEncryptedBackup, openBackup, type Backup } from './inspect.ts'
export { isEmptyDatabase, restoreBackup } from './restore.ts'

export const backupFeature = feature({ name: 'backup', endpoints: backupEndpoints, handlers: backupHandlers })
