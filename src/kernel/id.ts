import { v7 } from 'uuid'

/** A new opaque id. UUIDv7, so ids of one table sort by the time they were made. */
export const newId = (): string => v7()
