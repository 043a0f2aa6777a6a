/** How many sockets each user has open, over all server processes that share the engine. */
export interface SocketSlots {
  /** False when the user has `max` already. What is not freed or renewed for 45 s is free again. */
  take(userId: string, connectionId: string, max: number): Promise<boolean>
  /** Says that it is open still. */
  renew(userId: string, connectionId: string): Promise<void>
  free(userId: string, connectionId: string): Promise<void>
}
