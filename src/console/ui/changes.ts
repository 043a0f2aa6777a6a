export interface Change {
  path: string
  before: unknown
  after: unknown
}

/** Leaves of both that differ, with their dotted paths; lists are compared as a whole. */
export function changesBetween(before: unknown, after: unknown, path = ''): Change[] {
  if (isPlain(before) || isPlain(after)) {
    if (isObjectOrNothing(before) && isObjectOrNothing(after)) {
      const left = isPlain(before) ? before : {}
      const right = isPlain(after) ? after : {}
      return [...new Set([...Object.keys(left), ...Object.keys(right)])].flatMap((key) =>
        changesBetween(left[key], right[key], path ? `${path}.${key}` : key),
      )
    }
  }
  const same = JSON.stringify(before) === JSON.stringify(after) || (isNothing(before) && isNothing(after))
  return same ? [] : [{ path, before: before ?? undefined, after: after ?? (isNothing(before) ? undefined : after) }]
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isNothing = (value: unknown): value is null | undefined => value === null || value === undefined
const isObjectOrNothing = (value: unknown): boolean => isPlain(value) || isNothing(value)
