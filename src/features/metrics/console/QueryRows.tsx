import { Plus, X } from 'lucide-react'
import { Button, IconButton } from '#console/ui/Button.tsx'
import type { Answered } from './lines.ts'
import { queriesMax } from './address.ts'
import { coarserThan, stepText, type Problem } from './asked.ts'
import { PromqlEditor } from '#console/promql/PromqlEditor.tsx'
import { letterOf, type Found } from './useResults.ts'

interface QueryRowsProps {
  drafts: readonly string[]
  /** Of the last run; a draft that differs from it has no problem yet. */
  answers: readonly Answered[]
  found: Found | undefined
  onDrafts: (drafts: string[]) => void
  onRun: (drafts?: string[]) => void
  onStep: (step: string) => void
  /** Told apart from those of the other pane. */
  paneLabel: string
  autoFocus: boolean
}

/** One to six expressions. */
export function QueryRows(props: QueryRowsProps) {
  const { drafts, answers, onDrafts, onRun, paneLabel, autoFocus } = props
  const write = (index: number, text: string): void => onDrafts(drafts.with(index, text))
  const remove = (index: number): void => onRun(drafts.toSpliced(index, 1))
  return (
    <div className="flex flex-col gap-2">
      {drafts.map((draft, index) => {
        const letter = letterOf(index, drafts.length)
        const problem = problemOf(answers, draft)
        return (
          // Rows have no name besides their place.
          // oxlint-disable-next-line react/no-array-index-key
          <div key={index}>
            <div className="flex items-start gap-2">
              {letter && (
                <span aria-hidden="true" className="w-4 shrink-0 pt-1.5 text-center font-mono text-sm text-faint">
                  {letter}
                </span>
              )}
              <PromqlEditor
                label={`Query${letter ? ` ${letter}` : ''}${paneLabel}`}
                value={draft}
                onChange={(text) => write(index, text)}
                onRun={() => onRun()}
                problem={problem}
                autoFocus={autoFocus && index === 0}
              />
              {drafts.length > 1 && (
                <IconButton
                  icon={X}
                  label={`Remove query ${letter}`}
                  onClick={() => remove(index)}
                  className="mt-0.5"
                />
              )}
            </div>
            {problem && <Coarser {...props} problem={problem} />}
          </div>
        )
      })}
    </div>
  )
}

export const AddQuery = ({ drafts, onDrafts }: Pick<QueryRowsProps, 'drafts' | 'onDrafts'>) => (
  <Button
    variant="ghost"
    icon={Plus}
    onClick={() => onDrafts([...drafts, ''])}
    disabledReason={drafts.length >= queriesMax ? `Up to ${queriesMax} queries stand side by side` : undefined}
  >
    Query
  </Button>
)

function problemOf(answers: readonly Answered[], draft: string): Problem | undefined {
  const result = answers.find(({ expression }) => expression === draft.trim())?.result
  return result?.type === 'error' ? result : undefined
}

/** What costs too much over this span may be had with fewer points. */
const isTooMuch = ({ code, message }: Problem): boolean =>
  code === 'QUERY_TIMEOUT' || code === 'LIMIT_EXCEEDED' || /too many samples|maximum resolution|timed out/.test(message)

function Coarser({ problem, found, onStep }: QueryRowsProps & { problem: Problem }) {
  if (!found || found.mode === 'instant' || !isTooMuch(problem)) return null
  const step = stepText(coarserThan(found.stepMs, found.span))
  return (
    <Button size="sm" className="mt-1" onClick={() => onStep(step)}>
      Use a step of {step}
    </Button>
  )
}
