/** Where the focus was last outside menus and dialogs. A menu is gone by the time the dialog it opened closes. */
let lastOutside: HTMLElement | undefined

/** The guards stand at both ends of the page while a dialog is open, and go with it. */
const floating = '[role="menu"], [role="dialog"], [role="alertdialog"], [data-radix-focus-guard]'

addEventListener('focusin', ({ target }) => {
  if (target instanceof HTMLElement && !target.closest(floating)) lastOutside = target
})

/** An opened dialog gives the focus to what is filled in first, else to itself: not to the button that closes it. */
export function focusInside(event: Event): void {
  event.preventDefault()
  const dialog = event.currentTarget as HTMLElement
  // A field with autoFocus has it already.
  if (dialog.contains(document.activeElement)) return
  const field = dialog.querySelector<HTMLElement>('input:not([hidden]), select, textarea')
  ;(field ?? dialog).focus()
}

/** A closed dialog gives the focus back; where another one is still open below it, that one takes it from here. */
export function focusBack(event: Event): void {
  if (!lastOutside?.isConnected) return
  event.preventDefault()
  lastOutside.focus()
}
