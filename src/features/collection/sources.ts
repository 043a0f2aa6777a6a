import type * as z from 'zod'
import { hash } from 'node:crypto'
import { AppError, invalid } from '#kernel/errors.ts'
import { lockInvariant } from '#platform/database/open.ts'
import type { Handlers } from '#platform/http/endpoints.ts'
import type { Platform, Stop } from '#platform/platform.ts'
import type { collectionEndpoints, FileSourceInput, Source } from './contract.ts'
import { createFileCollector, type FileCollector, type SourceState } from './files/collector.ts'
import { startTest, type FileSource } from './files/source.ts'
import { replaceSources, storedSources } from './store.ts'

export type SourceView = z.output<typeof Source>

const changed = 'logs.set-sources'
const shownMax = 200

/** The files that are read, and the operations that show every source and change these. */
export function createSources(others: () => SourceView[]): {
  handlers: Handlers<typeof collectionEndpoints>
  start(platform: Platform): Promise<Stop>
} {
  let files: FileCollector | undefined

  const reload = async ({ database }: Platform): Promise<void> =>
    files?.set((await storedSources(database.read)).filter(({ enabled }) => enabled).map(sourceOf))

  const views = async ({ database }: Platform) => {
    const states = new Map(files?.states().map((state) => [state.name, state]))
    const stored = await storedSources(database.read)
    return {
      sources: [...others(), ...stored.map((source) => viewOf(source, states.get(source.name)))],
      revision: revisionOf(stored),
    }
  }

  return {
    handlers: {
      sources: ({ platform }) => views(platform),
      setSources: async (ctx, { body }) => {
        requireReadable(body.files)
        await ctx.change(changed, { kind: 'log_sources', id: 'all' }, async (tx, note) => {
          // Of two who save at once, one comes first and the other sees that.
          await lockInvariant(tx, 'audit')
          const before = await storedSources(tx)
          if (body.revision !== undefined && body.revision !== revisionOf(before))
            throw new AppError('CONFLICT', 'Somebody else changed the sources meanwhile')
          note.before = { files: before.map(({ name, path }) => `${name} ${path}`) }
          await replaceSources(tx, body.files)
          note.after = { files: body.files.map(({ name, path }) => `${name} ${path}`) }
        })
        await reload(ctx.platform)
        return views(ctx.platform)
      },
    },
    start: async (platform) => {
      files = await createFileCollector(platform)
      await reload(platform)
      const unsubscribe = platform.events.subscribe(changed, () =>
        reload(platform).catch((error: unknown) =>
          platform.log.child({ component: 'files' }).warn({ err: error }, 'sources of logs were not read'),
        ),
      )
      return async () => {
        unsubscribe()
        await files?.stop()
      }
    },
  }
}

const revisionOf = (files: readonly FileSourceInput[]): string => hash('sha256', JSON.stringify(files), 'base64url')

function requireReadable(files: readonly FileSourceInput[]): void {
  const names = new Set<string>()
  for (const [index, { name, multiline_start }] of files.entries()) {
    if (names.has(name)) throw invalid(`files.${index}.name`, 'Another source has the same name')
    names.add(name)
    if (multiline_start !== null) requirePattern(multiline_start, `files.${index}.multiline_start`)
  }
}

function requirePattern(pattern: string, field: string): void {
  try {
    startTest(pattern)
  } catch (error) {
    throw error instanceof AppError ? invalid(field, error.message) : error
  }
}

const sourceOf = ({ name, path, labels, multiline_start }: FileSourceInput): FileSource => ({
  name,
  pattern: path,
  labels,
  ...(multiline_start !== null && { isStart: startTest(multiline_start) }),
})

function viewOf(definition: FileSourceInput, state: SourceState | undefined): SourceView {
  const { files = [], problems = [], lines = 0, lastError = null } = state ?? {}
  return {
    kind: 'file',
    name: definition.name,
    enabled: definition.enabled,
    definition,
    lines_read: lines,
    last_error: lastError,
    items: files
      .slice(0, shownMax)
      .map(({ path, position, size }) => ({ name: path, position: String(position), size_bytes: size })),
    items_found: files.length,
    problems: problems.slice(0, shownMax).map(({ path, problem }) => ({ name: path, problem })),
  }
}
