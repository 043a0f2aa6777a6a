import { isTemplate, type Texts } from './useTexts.ts'
import { valueText } from './words.ts'

interface RenderedProps {
  /** As it is written. */
  template: string
  /** As it would be told; null until that is known, and undefined where it never is. */
  text: string | null | undefined
  problem?: string | undefined
}

/** Below a field with a text that is filled in: what it comes to, or what is wrong with it. */
export function Rendered({ template, text, problem }: RenderedProps) {
  if (!isTemplate(template) || text === undefined) return null
  if (problem !== undefined) return <p className="text-sm break-words text-error">{problem}</p>
  if (text === null) return <p className="text-sm">&nbsp;</p>
  return (
    <p className="flex gap-1.5 text-sm">
      <span className="text-muted">Reads</span>
      <span dir="auto" className="min-w-0 break-words whitespace-pre-wrap">
        {text.trim() === '' ? <span className="text-faint">nothing</span> : text}
      </span>
    </p>
  )
}

/** Which alert it was filled in with. */
export function SampleNote({ texts }: { texts: Texts | null }) {
  if (!texts) return <p className="text-sm">&nbsp;</p>
  const { labels, value, is_real } = texts.sample
  return (
    <p className="text-sm break-words text-muted">
      {is_real ? 'As of ' : 'As of a made-up alert: '}
      {Object.entries(labels).map(([name, label]) => (
        <code key={name} className="mr-1.5 font-mono text-xs">
          {name}={label}
        </code>
      ))}
      value {valueText(value)}
    </p>
  )
}

/** What one of the texts comes to, as `Rendered` takes it. */
export const textIn = (texts: Record<string, string> | null | undefined, name: string): string | null | undefined =>
  texts ? texts[name] : texts

/** Problems of one field of the rule by the names within it. */
export const problemsIn = (texts: Texts | null | undefined, field: 'labels' | 'annotations'): Record<string, string> =>
  Object.fromEntries(
    (texts?.problems ?? [])
      .filter((problem) => problem.field.startsWith(`${field}.`))
      .map((problem) => [problem.field.slice(field.length + 1), problem.message]),
  )
