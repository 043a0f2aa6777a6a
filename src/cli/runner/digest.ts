import { createHash } from 'node:crypto'

/** A short name of a file or socket for any text. */
export const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)
