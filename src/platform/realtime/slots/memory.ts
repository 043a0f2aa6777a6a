import type { SocketSlots } from './slots.ts'

/** Counts in this process, which knows for itself when a socket closes. */
export function memorySlots(): SocketSlots {
  const open = new Map<string, Set<string>>()
  return {
    take: async (userId, connectionId, max) => {
      const mine = open.get(userId) ?? new Set()
      if (mine.size >= max) return false
      open.set(userId, mine.add(connectionId))
      return true
    },
    renew: async () => undefined,
    free: async (userId, connectionId) => {
      const mine = open.get(userId)
      mine?.delete(connectionId)
      if (mine?.size === 0) open.delete(userId)
    },
  }
}
