import { AppError } from '#kernel/errors.ts'
import type { ChangeNote, Context } from '#platform/context.ts'
import type { Tx } from '#platform/database/database.ts'
import type { AlertRow } from '../store.ts'
import { recordHistory } from './history.ts'
import { oneAlert } from './reading.ts'
import { noTransitions } from './transitions.ts'

/** Somebody is at it. @throws AppError CONFLICT unless it fires */
export async function acknowledgeAlert(ctx: Context, key: string, text?: string): Promise<void> {
  await change(ctx, 'alert.acknowledge', key, async (tx, note, alert) => {
    const at = ctx.now()
    const by = ctx.actor.label
    const { numUpdatedRows } = await tx
      .updateTable('alerts')
      .set({ state: 'acknowledged', acknowledged_at: at, acknowledged_by: by, updated_at: at, ...noteOf(text) })
      .where('id', '=', alert.id)
      .where('state', '=', 'firing')
      .executeTakeFirst()
    if (numUpdatedRows === 0n) throw movedOn(alert)
    await recordHistory(tx, [{ alert_id: alert.id, at, what: 'acknowledged', by, detail: text ?? '' }])
    note.event = { transitions: { ...noTransitions(), acknowledged: [alert.id] } }
    note.after = { state: 'acknowledged', note: text }
  })
}

/** It is over, somebody says. @throws AppError CONFLICT where it is resolved already */
export async function resolveAlert(ctx: Context, key: string, text?: string): Promise<void> {
  await change(ctx, 'alert.resolve', key, async (tx, note, alert) => {
    const at = ctx.now()
    const by = ctx.actor.label
    const resolved = { state: 'resolved', resolved_at: at, resolved_by: by, resolution: 'by hand' } as const
    const { numUpdatedRows } = await tx
      .updateTable('alerts')
      .set({ ...resolved, open_key: null, updated_at: at, ...noteOf(text) })
      .where('id', '=', alert.id)
      .where('open_key', 'is not', null)
      .executeTakeFirst()
    if (numUpdatedRows === 0n) throw movedOn(alert)
    await recordHistory(tx, [{ alert_id: alert.id, at, what: 'resolved', by, detail: text ?? 'by hand' }])
    note.event = { transitions: { ...noTransitions(), resolved: [alert.id] } }
    note.after = { state: 'resolved', note: text }
  })
}

export async function noteAlert(ctx: Context, key: string, text: string): Promise<void> {
  await change(ctx, 'alert.note', key, async (tx, note, alert) => {
    const at = ctx.now()
    await tx.updateTable('alerts').set({ note: text, updated_at: at }).where('id', '=', alert.id).execute()
    await recordHistory(tx, [{ alert_id: alert.id, at, what: 'note', by: ctx.actor.label, detail: text }])
    note.after = { note: text }
  })
}

function change(
  ctx: Context,
  action: string,
  key: string,
  work: (tx: Tx, note: ChangeNote, alert: AlertRow) => Promise<void>,
): Promise<void> {
  return ctx.change(action, { kind: 'alert', id: key }, async (tx, note) => {
    const alert = await oneAlert(tx, key)
    note.targetId = alert.id
    note.before = { name: alert.name, state: alert.state }
    await work(tx, note, alert)
  })
}

const noteOf = (text: string | undefined): { note?: string } => (text === undefined ? {} : { note: text })

const movedOn = ({ state }: AlertRow): AppError =>
  new AppError('CONFLICT', state === 'pending' ? 'It does not fire yet' : `It is ${state} already`, { state })
