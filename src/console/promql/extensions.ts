import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  closeCompletion,
  completionKeymap,
  type CompletionSource,
} from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { forEachDiagnostic } from '@codemirror/lint'
import { EditorState, Prec, StateEffect, StateField, type Extension } from '@codemirror/state'
import {
  Decoration,
  drawSelection,
  EditorView,
  hoverTooltip,
  keymap,
  placeholder,
  type DecorationSet,
} from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { PromQLExtension } from '@prometheus-io/codemirror-promql'
import { queryClient } from '../queryClient.ts'
import { completionClient, metadataOf, metadataQuery } from './names.ts'

/** Where the server stopped reading, in characters from 0; undefined takes the mark away. */
export const markProblem = StateEffect.define<number | undefined>()

const problemMark = Decoration.mark({ class: 'cm-problem', attributes: { 'data-problem': '' } })

/** Goes when something is typed: it was said about another text. */
const problemField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (marks, { docChanged, effects, state }) => {
    const given = effects.find((effect) => effect.is(markProblem))
    if (!given) return docChanged ? Decoration.none : marks
    const at: number | undefined = given.value
    const { length } = state.doc
    if (at === undefined || length === 0) return Decoration.none
    // What is missing at the end is marked at the last character.
    const from = Math.min(at, length - 1)
    return Decoration.set(problemMark.range(from, Math.max(state.wordAt(from)?.to ?? 0, from + 1)))
  },
  provide: (field) => EditorView.decorations.from(field),
})

const wordPattern = /[a-zA-Z0-9_:]/

/** Type and meaning of the metric below the pointer. */
const metricHover = hoverTooltip(async (view, pos) => {
  const { from, text } = view.state.doc.lineAt(pos)
  let start = pos - from
  let end = start
  while (start > 0 && wordPattern.test(text[start - 1]!)) start -= 1
  while (end < text.length && wordPattern.test(text[end]!)) end += 1
  if (start === end) return null
  const all = await queryClient.fetchQuery({ ...metadataQuery, retry: false }).catch(() => ({}))
  const known = metadataOf(all, text.slice(start, end))
  if (!known) return null
  return {
    pos: from + start,
    end: from + end,
    above: true,
    create: () => {
      const dom = document.createElement('div')
      dom.className = 'cm-metric-help'
      const type = document.createElement('strong')
      type.textContent = known.type
      dom.append(type, ` ${known.help}`)
      return { dom }
    },
  }
})

interface Hands {
  label: string
  /** Where there are any, the text is no PromQL before they are filled in, and is not checked here. */
  variables: readonly string[] | undefined
  onChange: (text: string) => void
  onRun: () => void
  onLeave: () => void
  /** What is wrong before anybody asked the server; undefined when nothing is. */
  onLint: (message: string | undefined) => void
}

/** An editor of PromQL that completes names, labels, values and functions. */
export function promqlExtensions({ label, variables, onChange, onRun, onLeave, onLint }: Hands): Extension {
  const run = (view: EditorView): boolean => {
    closeCompletion(view)
    onRun()
    return true
  }
  return [
    history(),
    drawSelection(),
    bracketMatching(),
    closeBrackets(),
    EditorView.lineWrapping,
    placeholder('up, rate(requests_total[5m]), …'),
    autocompletion({ icons: false, activateOnTypingDelay: 0, interactionDelay: 0 }),
    // Below what the completion does with the same keys while it is open.
    Prec.high(
      keymap.of([
        { key: 'Mod-Enter', run },
        { key: 'Enter', run },
      ]),
    ),
    keymap.of([...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...defaultKeymap]),
    new PromQLExtension().setComplete({ remote: completionClient }).activateLinter(!variables).asExtension(),
    variables ? withVariables(variables) : [],
    EditorView.domEventHandlers({ blur: onLeave }),
    syntaxHighlighting(highlighting),
    problemField,
    metricHover,
    EditorView.contentAttributes.of({ 'aria-label': label, autocapitalize: 'none', spellcheck: 'false' }),
    EditorView.updateListener.of(({ docChanged, state, transactions }) => {
      if (docChanged) onChange(state.doc.toString())
      if (docChanged || transactions.some(({ effects }) => effects.length > 0)) {
        let message: string | undefined
        forEachDiagnostic(state, (diagnostic, from) => {
          message ??= `At character ${from + 1}: ${diagnostic.message}`
        })
        onLint(message)
      }
    }),
    theme,
  ]
}

/** Completes `$name`. */
function withVariables(names: readonly string[]): Extension {
  const options = names.map((name) => ({ label: `$${name}` }))
  // One and the same function: by it the editor knows whose answer it waits for.
  const autocomplete: CompletionSource = (context) => {
    const written = context.matchBefore(/\$\w*/)
    return written && { from: written.from, options, validFor: /^\$\w*$/ }
  }
  return EditorState.languageData.of(() => [{ autocomplete }])
}

const highlighting = HighlightStyle.define([
  { tag: tags.string, color: 'var(--ok)' },
  { tag: tags.number, color: 'var(--warn)' },
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: 'var(--critical)' },
  { tag: [tags.function(tags.variableName), tags.standard(tags.variableName)], color: 'var(--info)' },
  { tag: tags.labelName, color: 'var(--muted)' },
  { tag: tags.comment, color: 'var(--faint)', fontStyle: 'italic' },
])

const mono = "'JetBrains Mono Variable', ui-monospace, monospace"

const theme = EditorView.theme({
  '&': { fontSize: '12px', color: 'var(--text)', backgroundColor: 'transparent' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: mono, lineHeight: '20px' },
  '.cm-content': { padding: '5px 0', caretColor: 'var(--text)', fontVariantLigatures: 'none' },
  '.cm-line': { padding: '0 8px' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-placeholder': { color: 'var(--faint)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    background: 'color-mix(in srgb, var(--accent) 45%, transparent)',
  },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--selected)' },
  '.cm-problem, .cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--error)',
    textUnderlineOffset: '4px',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--raised)',
    color: 'var(--text)',
    border: '1px solid var(--border)',
    borderRadius: '6px',
    boxShadow: 'var(--shadow)',
    zIndex: '30',
  },
  '.cm-metric-help, .cm-tooltip.cm-completionInfo, .cm-diagnostic': {
    padding: '4px 8px',
    maxWidth: '320px',
    fontFamily: 'inherit',
    fontSize: '12px',
    whiteSpace: 'normal',
  },
  '.cm-diagnostic-error': { borderLeft: 'none' },
  '.cm-tooltip-autocomplete > ul': { fontFamily: mono, maxHeight: '240px', maxWidth: 'min(90vw, 640px)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '2px 8px', lineHeight: '20px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--selected)',
    color: 'var(--text)',
  },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '600', color: 'var(--link)' },
  '.cm-completionDetail': { color: 'var(--faint)', fontStyle: 'normal' },
})
