import type { Context } from '#platform/context.ts'

/** Keys of cached answers of one model begin with this, and those of no other model do. */
export const modelCachePrefix = (modelId: string): string => `model-response:${encodeURIComponent(modelId)}:`

/** Returns how many answers were forgotten. */
export async function invalidateModel(ctx: Context, modelId: string): Promise<number> {
  const removed = await ctx.platform.cache.deletePrefix(modelCachePrefix(modelId))
  await ctx.change('cache.invalidate', { kind: 'model', id: modelId }, async (_tx, note) => {
    note.after = { entries_removed: removed }
  })
  return removed
}

/** Returns how many entries were forgotten. */
export async function clearCache(ctx: Context): Promise<number> {
  const removed = await ctx.platform.cache.clear()
  await ctx.change('cache.clear', { kind: 'cache', id: 'all' }, async (_tx, note) => {
    note.after = { entries_removed: removed }
  })
  return removed
}
