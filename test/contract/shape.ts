import assert from 'node:assert/strict'

/** What a reply has to hold: every field named, of that type; it may hold more. `[shape]` is a list of at least one. */
export type Shape = 'text' | 'number' | 'integer' | 'boolean' | 'time' | readonly [Shape] | { [field: string]: Shape }

const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

const fits: Record<Extract<Shape, string>, (value: unknown) => boolean> = {
  text: (value) => typeof value === 'string' && value !== '',
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  integer: Number.isSafeInteger,
  boolean: (value) => typeof value === 'boolean',
  time: (value) => typeof value === 'string' && isTime.test(value),
}

export function assertShape(value: unknown, shape: Shape, at = 'reply'): void {
  if (typeof shape === 'string') return assert.ok(fits[shape](value), `${at} is ${JSON.stringify(value)}, not ${shape}`)
  if (isList(shape)) {
    assert.ok(Array.isArray(value) && value.length > 0, `${at} is no list of something: ${JSON.stringify(value)}`)
    return value.forEach((item, index) => assertShape(item, shape[0], `${at}[${index}]`))
  }
  assert.ok(
    typeof value === 'object' && value !== null && !Array.isArray(value),
    `${at} is no object: ${JSON.stringify(value)}`,
  )
  for (const [field, inner] of Object.entries(shape))
    assertShape((value as Record<string, unknown>)[field], inner, `${at}.${field}`)
}

const isList = (shape: Exclude<Shape, string>): shape is readonly [Shape] => Array.isArray(shape)
