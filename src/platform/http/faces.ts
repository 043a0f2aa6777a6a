import type { Dialect } from '#kernel/contract.ts'
import { errorStatus, type AppError } from '#kernel/errors.ts'

/** The same resources, sent bare or in the `{success, data}` envelope, and errors in the words of other APIs. */
export interface Face {
  name: 'bare' | 'enveloped' | Dialect
  wrap(json: string): string
  /** Content type of an error, where it is not JSON. */
  errorType?: string
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

/** https://prometheus.io/docs/prometheus/latest/querying/api/#format-overview */
const prometheus: Face = {
  name: 'prometheus',
  wrap: (json) => json,
  wrapError: ({ code, message }) =>
    JSON.stringify({ status: 'error', errorType: prometheusTypes[code] ?? typeOf(code), error: message }),
}

const prometheusTypes: Partial<Record<AppError['code'], string>> = {
  QUERY_FAILED: 'execution',
  LIMIT_EXCEEDED: 'execution',
  QUERY_TIMEOUT: 'timeout',
  RESOURCE_NOT_FOUND: 'not_found',
}

function typeOf(code: AppError['code']): string {
  const status = errorStatus[code]
  if (status === 500) return 'internal'
  return status > 500 ? 'unavailable' : 'bad_data'
}

/** Loki tells what is wrong as plain text. */
const loki: Face = {
  name: 'loki',
  wrap: (json) => json,
  errorType: 'text/plain; charset=utf-8',
  wrapError: ({ message }) => `${message}\n`,
}

/** Alertmanager tells it as a JSON text. */
const alertmanager: Face = {
  name: 'alertmanager',
  wrap: (json) => json,
  wrapError: ({ message }) => JSON.stringify(message),
}

export const dialects: Record<Dialect, Face> = { prometheus, loki, alertmanager }

/** The face in which a path that matched nothing is answered. */
export function faceOf(path: string, apiPrefix: string): Face {
  if (path.startsWith('/prometheus/')) return prometheus
  if (path.startsWith('/loki/')) return loki
  if (path.startsWith('/alertmanager/')) return alertmanager
  return path.startsWith('/api/') && !path.startsWith(`${apiPrefix}/`) ? enveloped : bare
}
