import { notFound } from '#kernel/errors.ts'
import { newId } from '#kernel/id.ts'
import type { Context } from '#platform/context.ts'
import { isOwn, projectToChange } from './access.ts'
import type { MessageRow } from './store.ts'

export function createMessage(
  ctx: Context,
  projectId: string,
  { role, content }: Pick<MessageRow, 'role' | 'content'>,
): Promise<MessageRow> {
  const message: MessageRow = {
    id: newId(),
    project_id: projectId,
    author_id: ctx.actor.id,
    role,
    content,
    created_at: ctx.now(),
  }
  return ctx.change('message.create', { kind: 'message', id: message.id }, async (tx, note) => {
    const project = await projectToChange(ctx, tx, projectId, 'projects:write')
    await tx.insertInto('messages').values(message).execute()
    note.after = audited(message)
    note.event = { own: isOwn(ctx, project), project_id: projectId }
    return message
  })
}

export function deleteMessage(ctx: Context, projectId: string, id: string): Promise<void> {
  return ctx.change('message.delete', { kind: 'message', id }, async (tx, note) => {
    const project = await projectToChange(ctx, tx, projectId, 'projects:delete')
    const message = await tx
      .selectFrom('messages')
      .selectAll()
      .where('id', '=', id)
      .where('project_id', '=', projectId)
      .executeTakeFirst()
    if (!message) throw notFound('message', id)
    await tx.deleteFrom('messages').where('id', '=', id).execute()
    note.before = audited(message)
    note.event = { own: isOwn(ctx, project), project_id: projectId }
  })
}

/** What was said is not kept in the audit log, which outlives the message. */
const audited = ({ project_id, role, content }: MessageRow): Record<string, unknown> => ({
  project_id,
  role,
  bytes: Buffer.byteLength(content),
})
