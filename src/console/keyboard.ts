import { useEffect, useEffectEvent } from 'react'
import { preferences } from './preferences.ts'

export interface Shortcut {
  /** `g u` one after the other, `$mod+k` together (⌘ on a Mac, Ctrl elsewhere), `?` as it is printed. */
  keys: string
  label: string
  group: ShortcutGroup
  run: (event: KeyboardEvent) => void
}

export type ShortcutGroup = 'General' | 'Go to' | 'List' | 'Page'

const sequenceMaxMs = 1_000

const sources: (() => readonly Shortcut[])[] = []
let typed: string[] = []
let typedAt = 0

/** Shortcuts that work while the component is mounted; of two with the same keys the later component's wins. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const current = useEffectEvent(() => shortcuts)
  useEffect(() => {
    const source = (): readonly Shortcut[] => current()
    sources.push(source)
    return () => void sources.splice(sources.indexOf(source), 1)
  }, [])
}

/** What `?` prints: of shortcuts with the same keys only the one that would run. */
export const shortcutsNow = (): Shortcut[] => [
  ...new Map(registered().map((shortcut) => [shortcut.keys, shortcut])).values(),
]

const registered = (): Shortcut[] => sources.flatMap((source) => source())

export const isMac = /mac|iphone|ipad/i.test(navigator.userAgent)

export function startKeyboard(): () => void {
  addEventListener('keydown', onKeydown)
  return () => removeEventListener('keydown', onKeydown)
}

function onKeydown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || ['Shift', 'Control', 'Alt', 'Meta'].includes(event.key)) return
  const stroke = strokeOf(event)
  const isLetter = !stroke.includes('+')
  if (
    isLetter &&
    (isTyping(event.target) ||
      isPressing(event) ||
      isBehindDialog() ||
      !(preferences().letterKeys || stroke === 'Escape'))
  )
    return
  if (Date.now() - typedAt > sequenceMaxMs) typed = []
  typedAt = Date.now()
  typed.push(stroke)
  const shortcuts = registered()
  const candidates = [typed.join(' '), stroke]
  const match =
    shortcuts.findLast(({ keys }) => keys === candidates[0]) ?? shortcuts.findLast(({ keys }) => keys === candidates[1])
  const isBeginning = shortcuts.some(({ keys }) => keys.startsWith(`${typed.join(' ')} `))
  if (!match) {
    if (!isBeginning) typed = []
    return
  }
  typed = []
  event.preventDefault()
  match.run(event)
}

function strokeOf({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): string {
  const mod = isMac ? metaKey : ctrlKey
  const parts = [mod && '$mod', !isMac && metaKey && 'Meta', isMac && ctrlKey && 'Control', altKey && 'Alt']
  const name = key === ' ' ? 'Space' : mod ? key.toLowerCase() : key
  return [...parts.filter(Boolean), name].join('+')
}

/** Keys that a focused control uses itself stay its own. */
function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.matches('input:not([type="checkbox"]), textarea, select, [role^="menuitem"], [role="option"]'))
  )
}

/** Enter and Space press the link or button that has the focus. */
const isPressing = ({ target, key }: KeyboardEvent): boolean =>
  (key === 'Enter' || key === ' ') &&
  target instanceof HTMLElement &&
  target.matches('a, button, summary, [role="button"]')

const isBehindDialog = (): boolean =>
  document.querySelector('[role="dialog"][data-modal], [role="alertdialog"]') !== null
