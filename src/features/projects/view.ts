import type * as z from 'zod'
import { iso, isoOrNull } from '#kernel/time.ts'
import type { Context } from '#platform/context.ts'
import { mayChange } from './access.ts'
import type { Message, Project } from './contract.ts'
import type { ListedMessage, ListedProject } from './list.ts'
import { nextStatuses } from './status.ts'

/** A project as it is sent to one caller. */
export function projectView(ctx: Context, project: ListedProject): z.output<typeof Project> {
  const { created_at, updated_at, last_message_at, demo, ...rest } = project
  return {
    ...rest,
    next_statuses: [...nextStatuses[project.status]],
    can_edit: mayChange(ctx, project, 'projects:write'),
    can_delete: mayChange(ctx, project, 'projects:delete'),
    created_at: iso(created_at),
    updated_at: iso(updated_at),
    last_message_at: isoOrNull(last_message_at),
    demo: demo === 1,
  }
}

export const messageView = ({ created_at, ...rest }: ListedMessage): z.output<typeof Message> => ({
  ...rest,
  created_at: iso(created_at),
})
