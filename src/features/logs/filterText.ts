import { invalid } from '#kernel/errors.ts'
import { isLogql, termText } from '#kernel/logFilter/index.ts'

interface Wanted {
  /** `all` stands for every service. */
  service: string
  /** `error,warn`; '' for every level. */
  level: string
  /** In the console's grammar, or LogQL. */
  search: string
}

/**
 * One filter of all that is wanted. The name is written so that it is read as no more than a name.
 * @throws AppError VALIDATION_FAILED for LogQL beside a service or level, which would be read as text
 */
export function filterText({ service, level, search }: Wanted): string {
  const narrowed = [
    ...(service === 'all' ? [] : [termText({ kind: 'service', services: [service], from: 0, to: 0 })]),
    ...(level === '' ? [] : [`level:${level}`]),
  ]
  if (narrowed.length === 0 || search === '') return narrowed.join(' ') || search
  if (isLogql(search)) throw invalid('search', 'LogQL names its streams itself: take it without a service and a level')
  return [...narrowed, `(${search})`].join(' ')
}
