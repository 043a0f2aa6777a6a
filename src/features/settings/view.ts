import type * as z from 'zod'
import { isoOrNull } from '#kernel/time.ts'
import type { Context } from '#platform/context.ts'
import type { settingsEndpoints } from './contract.ts'
import { storedSettings } from './store.ts'

/** Every setting as it is in force now. */
export async function configuration(ctx: Context): Promise<z.output<typeof settingsEndpoints.get.reply>> {
  const rows = await storedSettings(ctx.db)
  const settings = ctx.platform.config.describe().map((view) => {
    const row = rows.get(view.key)
    return { ...view, updated_at: isoOrNull(row?.updated_at ?? null), updated_by: row?.updated_by ?? null }
  })
  return {
    config: Object.fromEntries(settings.map(({ key, value }) => [key, value])),
    settings,
    your_address: ctx.origin.address,
  }
}
