import { insufficientStorage } from '../../disk.ts'

const fullCodes = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'SQLITE_FULL', 'SQLITE_IOERR_WRITE', 'SQLITE_IOERR_FSYNC'])

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''

const isStorageFull = (error: unknown): boolean => fullCodes.has(codeOf(error))

/** What a full disk looks like to whoever appends. */
export const storageError = (error: unknown): unknown => (isStorageFull(error) ? insufficientStorage('logs') : error)

/** Told of what people should know. */
export type Warn = (message: string, details?: Record<string, unknown>) => void
