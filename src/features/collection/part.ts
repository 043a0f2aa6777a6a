import type { Platform, Stop } from '#platform/platform.ts'
import type { SourceView } from './sources.ts'

/** Something that logs are collected from, beside files. */
export interface Part {
  start(platform: Platform): Stop | Promise<Stop>
  /** How it goes now; nothing where the machine does not have it. */
  view(): SourceView | undefined
}

/** What a source shows before it has read anything. */
export const idle = (kind: SourceView['kind'], name: string): SourceView => ({
  kind,
  name,
  enabled: false,
  definition: null,
  lines_read: 0,
  last_error: null,
  items: [],
  items_found: 0,
  problems: [],
})
