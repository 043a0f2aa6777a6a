import { AppError } from '#kernel/errors.ts'
import type { Context } from '#platform/context.ts'
import type { Known } from './known.ts'

/** Whoever configures the installation may tidy up what others left. */
const mayAll = (ctx: Context): boolean => ctx.can('settings:configure')

const isOwn = (ctx: Context, { owner_id }: Known): boolean => owner_id !== null && owner_id === ctx.actor.id

export const mayEdit = (ctx: Context, known: Known): boolean =>
  known.source === 'own' && ctx.can('dashboards:write') && (isOwn(ctx, known) || known.open || mayAll(ctx))

export const mayDelete = (ctx: Context, known: Known): boolean =>
  known.source === 'own' && ctx.can('dashboards:write') && (isOwn(ctx, known) || mayAll(ctx))

/** Throws CONFLICT for one that is not kept here, PERMISSION_DENIED for somebody else's. */
export function requireOwn(ctx: Context, known: Known, allowed: boolean): void {
  if (known.source === 'builtin')
    throw new AppError('CONFLICT', 'This dashboard comes with Miktos and stays as it is; duplicate it to change it', {
      locked: 'builtin',
    })
  if (known.source === 'file')
    throw new AppError('CONFLICT', 'This dashboard comes from a file and is changed there', { locked: 'file' })
  if (!allowed)
    throw new AppError('PERMISSION_DENIED', 'It belongs to somebody else, who has not opened it to others', {
      owner_id: known.owner_id,
    })
}
