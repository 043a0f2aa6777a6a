import type { Liquid, Template } from 'liquidjs'
import { LRUCache } from 'lru-cache'
import { invalid } from '#kernel/errors.ts'
import { liquid } from '#platform/later.ts'

let made: Liquid | undefined

function engine(): Liquid {
  if (made) return made
  // Reads no files and no prototypes, and ends early what costs too much.
  made = new (liquid().Liquid)({
    templates: {},
    ownPropertyOnly: true,
    strictFilters: true,
    parseLimit: 20_000,
    renderLimit: 50,
    memoryLimit: 1_000_000,
  })
  made.registerFilter('humanize', (value: unknown) => humanize(Number(value)))
  made.registerFilter('humanizePercentage', (value: unknown) => `${short(Number(value) * 100)}%`)
  made.registerFilter('humanizeDuration', (value: unknown) => `${short(Number(value))}s`)
  return made
}

const short = (value: number): string => String(Number(value.toPrecision(4)))

const prefixes = ['', 'k', 'M', 'G', 'T', 'P']

function humanize(value: number): string {
  const power = Math.min(prefixes.length - 1, Math.max(0, Math.floor(Math.log10(Math.abs(value) || 1) / 3)))
  return `${short(value / 1_000 ** power)}${prefixes[power]}`
}

const parsed = new LRUCache<string, Template[]>({ max: 2_000 })
const lengthMax = 5_000

/** What an annotation may speak of. */
export interface Subject extends Record<string, unknown> {
  labels: Record<string, string>
  value: number | null
  threshold: number | null
}

/** @throws AppError VALIDATION_FAILED with what is wrong */
export function checkTemplate(field: string, text: string): void {
  try {
    templatesOf(text)
  } catch (error) {
    throw invalid(field, error instanceof Error ? error.message : 'not understood')
  }
}

/** The text with its parts filled in; as it was written where that fails, for an alert has to go out all the same. */
export function render(text: string, subject: Subject): string {
  const result = rendered(text, subject)
  return 'text' in result ? result.text : text
}

/** The same for whoever writes it: what is wrong, and where, instead of the text as it was written. */
export function rendered(text: string, subject: Subject): { text: string } | { problem: string } {
  if (!text.includes('{')) return { text }
  try {
    return { text: String(engine().renderSync(templatesOf(text), subject)).slice(0, lengthMax) }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : 'not understood' }
  }
}

function templatesOf(text: string): Template[] {
  const known = parsed.get(text)
  if (known) return known
  const templates = engine().parse(text)
  parsed.set(text, templates)
  return templates
}

/** Prometheus' templates are Go's: of those, what has the same meaning here under another name. */
export const fromGo = (text: string): string => text.replaceAll(/\$(labels|value)\b/g, '$1')
