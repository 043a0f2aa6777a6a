import { yaml } from '../later.ts'
import type { Config, Problem, SettingView } from './config.ts'
import { sourceText } from './source.ts'

/**
 * Every setting as a line of `miktos.yaml`, with where it comes from if asked. What is not set and
 * what is secret stand as comments, so the text can be kept as a file.
 */
export function configText(config: Pick<Config, 'describe'>, { sources }: { sources: boolean }): string {
  const lines = config.describe().map((view) => ({ line: lineOf(view), source: sourceText(view.source) }))
  if (!sources) return `${lines.map(({ line }) => line).join('\n')}\n`
  const width = Math.min(60, Math.max(...lines.map(({ line }) => line.length)))
  return `${lines.map(({ line, source }) => `${line.padEnd(width)}  # ${source}`).join('\n')}\n`
}

function lineOf(view: SettingView): string {
  if (!view.set) return `# ${view.key}: not set`
  if (view.value === null) return `# ${view.key}: set, not shown`
  const line = `${view.key}: ${yaml().stringify(view.value, { collectionStyle: 'flow', lineWidth: 0 }).trimEnd()}`
  return hidesPassword(view) ? `# ${line}` : line
}

const hidesPassword = ({ value }: SettingView): boolean => typeof value === 'string' && value.includes(':***@')

/** What `miktos config check` says: each problem on its line, or that there is none. */
export function checkText(problems: readonly Problem[]): string {
  if (problems.length === 0) return 'The configuration is good.\n'
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`
  const lines = problems.map(({ setting, source, message }) => `  ${setting} (${source}) ${message}`)
  return `The configuration has ${count}:\n${lines.join('\n')}\n`
}
