import type { ByRoute } from '#kernel/contract.ts'
import type { apiKeysEndpoints } from '#features/api-keys/contract.ts'
import type { authEndpoints } from '#features/auth/contract.ts'
import type { mfaEndpoints } from '#features/mfa/contract.ts'
import type { rolesEndpoints } from '#features/roles/contract.ts'
import type { usersEndpoints } from '#features/users/contract.ts'

/** Every operation the console may call, keyed `'GET /admin/users'`. One line for each feature; types only. */
export type Api = ByRoute<typeof apiKeysEndpoints> &
  ByRoute<typeof authEndpoints> &
  ByRoute<typeof mfaEndpoints> &
  ByRoute<typeof rolesEndpoints> &
  ByRoute<typeof usersEndpoints>
