import type { Endpoints } from '#kernel/contract.ts'

export const notificationsEndpoints = {} as const satisfies Endpoints
