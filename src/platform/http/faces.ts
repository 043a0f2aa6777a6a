import type { AppError } from '#kernel/errors.ts'

/** The same resources, sent bare or in the `{success, data}` envelope. */
export interface Face {
  name: 'bare' | 'enveloped'
  wrap(json: string): string
  wrapError(error: Pick<AppError, 'code' | 'message' | 'details'>): string
}

const errorBody = ({ code, message, details }: Pick<AppError, 'code' | 'message' | 'details'>) => ({
  code,
  message,
  details,
})

export const bare: Face = {
  name: 'bare',
  wrap: (json) => json,
  wrapError: (error) => JSON.stringify({ error: errorBody(error) }),
}

export const enveloped: Face = {
  name: 'enveloped',
  wrap: (json) => `{"success":true,"data":${json}}`,
  wrapError: (error) => JSON.stringify({ success: false, error: errorBody(error) }),
}

/** The face in which a path that matched nothing is answered. */
export const faceOf = (path: string, apiPrefix: string): Face =>
  path.startsWith('/api/') && !path.startsWith(`${apiPrefix}/`) ? enveloped : bare
