import type { Handlers } from '#platform/http/endpoints.ts'
import { backUp } from './backup.ts'
import type { backupEndpoints } from './contract.ts'

export const backupHandlers: Handlers<typeof backupEndpoints> = {
  create: (ctx, { body }) => {
    const name = new Date(ctx.now()).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')
    ctx.outgoing.header('content-disposition', `attachment; filename="miktos-${name}Z.backup"`)
    return backUp(ctx, body.passphrase)
  },
}
