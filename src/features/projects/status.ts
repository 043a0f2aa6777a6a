export const projectStatuses = ['NONE', 'PENDING', 'PROCESSING', 'COMPLETED'] as const

export type ProjectStatus = (typeof projectStatuses)[number]

/** Where a project may go from each status: forward one step, back into the queue, or back to rest. */
export const nextStatuses: Record<ProjectStatus, readonly ProjectStatus[]> = {
  NONE: ['PENDING'],
  PENDING: ['PROCESSING', 'NONE'],
  PROCESSING: ['COMPLETED', 'PENDING', 'NONE'],
  COMPLETED: ['PENDING', 'NONE'],
}
