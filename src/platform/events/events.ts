/** Something that happened. `id` is unique: whoever got it once does not get it again. */
export interface PublishedEvent {
  id: string
  /** `user.update`: area, dot, verb. */
  topic: string
  /** JSON. */
  payload: unknown
  /** Milliseconds since 1970. */
  at: number
}

export type Listener = (event: PublishedEvent) => void | Promise<void>

/** Tells whoever cares, in every process of the installation. */
export interface Events {
  /**
   * Calls the listeners of this process at once and those of other processes soon. Rejects when the
   * other processes could not be told; publishing the same event again is then right, and reaches
   * only those it has not reached.
   */
  publish(event: PublishedEvent): Promise<void>
  /** `topic` is one topic, `user.*` for all that begin with `user.`, or `*`. Returns how to stop. */
  subscribe(topic: string, listener: Listener): () => void
  /** Called when the connection to the other processes is back: events may have been missed. */
  onReconnect(listener: () => void): () => void
  close(): Promise<void>
}
