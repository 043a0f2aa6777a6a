import type { Labels } from '../labels.ts'
import type { LogRow } from '../logs/logs.ts'

/** Errors that stages leave on a line, in the label `__error__`. */
export type LineError =
  | 'JSONParserErr'
  | 'LogfmtParserErr'
  | 'SampleExtractionErr'
  | 'LabelFilterErr'
  | 'TemplateFormatErr'

export const errorLabel = '__error__'
export const errorDetailsLabel = '__error_details__'
const extractedSuffix = '_extracted'

/**
 * A line on its way through a pipeline, with the labels it has by then: those of its stream, its metadata, and what the
 * stages found or changed. One object serves all lines of a query, one after the other.
 */
export class Line {
  timestampNs = 0n
  text = ''
  stream: Labels = {}
  metadata: Labels | undefined
  error: LineError | '' = ''
  errorDetails = ''
  /** Nothing but what came with the line makes up its labels. */
  isPlain = true
  readonly #set = new Map<string, string>()
  readonly #removed = new Set<string>()

  begin({ timestampNs, line, labels, metadata }: LogRow): void {
    this.timestampNs = timestampNs
    this.text = line
    this.stream = labels
    this.metadata = metadata
    if (this.isPlain) return
    this.error = ''
    this.errorDetails = ''
    this.isPlain = true
    this.#set.clear()
    this.#removed.clear()
  }

  get(name: string): string | undefined {
    if (!this.isPlain) {
      if (name === errorLabel) return this.error || undefined
      if (name === errorDetailsLabel) return this.errorDetails || undefined
      const found = this.#set.get(name)
      if (found !== undefined || this.#removed.has(name)) return found
    }
    if (this.metadata && Object.hasOwn(this.metadata, name)) return this.metadata[name]
    return Object.hasOwn(this.stream, name) ? this.stream[name] : undefined
  }

  set(name: string, value: string): void {
    this.isPlain = false
    this.#set.set(name, value)
  }

  /** Without effect where there is no such label, so that the line stays plain. */
  delete(name: string): void {
    if (this.get(name) === undefined) return
    this.isPlain = false
    if (name === errorLabel) this.error = ''
    else if (name === errorDetailsLabel) this.errorDetails = ''
    else {
      this.#set.delete(name)
      this.#removed.add(name)
    }
  }

  fail(error: LineError, details: string): void {
    this.isPlain = false
    this.error = error
    this.errorDetails = details
  }

  /** The name under which a parser leaves what it found as `name`: labels that came with the line are not covered. */
  extractedName(name: string): string {
    const isTaken =
      Object.hasOwn(this.stream, name) || (this.metadata !== undefined && Object.hasOwn(this.metadata, name))
    return isTaken ? name + extractedSuffix : name
  }

  /** All labels that are not empty, in no order. Errors last. */
  labels(): Map<string, string> {
    const all = new Map<string, string>()
    const add = (labels: Labels): void => {
      for (const name in labels) {
        const value = labels[name]!
        if (value !== '' && !this.#removed.has(name)) all.set(name, value)
      }
    }
    add(this.stream)
    if (this.metadata) add(this.metadata)
    if (this.isPlain) return all
    for (const [name, value] of this.#set) {
      if (value === '') all.delete(name)
      else all.set(name, value)
    }
    if (this.error) all.set(errorLabel, this.error)
    if (this.errorDetails) all.set(errorDetailsLabel, this.errorDetails)
    return all
  }
}

const badInName = /[^a-zA-Z0-9_]/gu

/** A name that a label may have: `request id` becomes `request_id`, `5xx` `_5xx`. */
export function labelName(text: string): string {
  const trimmed = text.trim()
  const clean = trimmed.replaceAll(badInName, '_')
  return /^\d/.test(clean) ? `_${clean}` : clean
}
