/** Where the focus was last outside menus and dialogs. A menu is gone by the time the dialog it opened closes. */
let before: Element | null = null

const floating = '[role="menu"], [role="dialog"], [role="alertdialog"]'

addEventListener('focusin', ({ target }) => {
  if (target instanceof HTMLElement && !target.closest(floating)) before = target
})

const openers = new WeakMap<EventTarget, Element | null>()

/** An opened dialog gives the focus to what is filled in first, else to itself: not to the button that closes it. */
export function focusInside(event: Event): void {
  event.preventDefault()
  const dialog = event.currentTarget as HTMLElement
  const around = document.activeElement?.closest('[role="dialog"], [role="alertdialog"]')
  openers.set(dialog, around && around !== dialog ? document.activeElement : before)
  // A field with autoFocus has it already.
  if (dialog.contains(document.activeElement)) return
  const field = dialog.querySelector<HTMLElement>('input:not([hidden]), select, textarea')
  ;(field ?? dialog).focus()
}

/** A closed dialog gives the focus back to what it was opened from. */
export function focusBack(event: Event): void {
  const opener = event.currentTarget && openers.get(event.currentTarget)
  if (!(opener instanceof HTMLElement) || !opener.isConnected) return
  event.preventDefault()
  opener.focus()
}
