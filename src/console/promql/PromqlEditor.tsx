import { EditorState } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { cx } from '../ui/cx.ts'
import { markProblem, promqlExtensions } from './extensions.ts'

/** What the server said about a text. */
export interface Problem {
  message: string
  /** Where, counted in characters from 0. */
  position: number | null
}

interface PromqlEditorProps {
  label: string
  value: string
  onChange: (text: string) => void
  onRun: () => void
  onLeave?: () => void
  /** What the server said about this very text. */
  problem?: Problem | undefined
  /** Names that stand in the text as `$name`; with them it is only read by the server, which fills them in. */
  variables?: readonly string[]
  autoFocus?: boolean
}

/** One expression. Enter runs it, Shift and Enter begins a line. */
export function PromqlEditor(props: PromqlEditorProps) {
  const { label, value, onChange, onRun, onLeave, problem, variables, autoFocus = false } = props
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(undefined)
  const [lint, setLint] = useState<string>()
  const change = useEffectEvent(onChange)
  const run = useEffectEvent(onRun)
  const leave = useEffectEvent(() => onLeave?.())
  const make = useEffectEvent((parent: HTMLElement) => {
    const extensions = promqlExtensions({
      label,
      variables,
      onLeave: () => leave(),
      onChange: (text) => change(text),
      onRun: () => run(),
      onLint: setLint,
    })
    const made = new EditorView({ parent, state: EditorState.create({ doc: value, extensions }) })
    if (autoFocus) made.focus()
    return made
  })

  useEffect(() => {
    view.current = make(host.current!)
    return () => view.current?.destroy()
  }, [])
  useEffect(() => {
    const doc = view.current?.state.doc.toString()
    if (doc !== value) view.current?.dispatch({ changes: { from: 0, to: doc?.length ?? 0, insert: value } })
  }, [value])
  useEffect(() => {
    view.current?.dispatch({ effects: markProblem.of(problem?.position ?? undefined) })
  }, [problem])

  const said = problem ? problemText(problem) : lint
  return (
    <div className="min-w-0 flex-1">
      <div
        ref={host}
        className={cx(
          'min-h-8 rounded-md border bg-canvas focus-within:outline-2 focus-within:outline-offset-1 focus-within:outline-focus max-md:min-h-10 max-md:[&_.cm-editor]:!text-[16px]',
          said ? 'border-error' : 'border-strong hover:border-muted',
        )}
      />
      <p role="status" className={cx('text-sm text-error', said ? 'mt-1' : 'sr-only')}>
        {said}
      </p>
    </div>
  )
}

/** `1:15: parse error: …` says twice where it is. */
const problemText = ({ message, position }: Problem): string =>
  position === null ? message : `At character ${position + 1}: ${message.replace(/^\d+:\d+: (?:parse error: )?/, '')}`
