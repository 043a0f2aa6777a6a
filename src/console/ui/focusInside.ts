/** An opened dialog gives the focus to what is filled in first, else to itself: not to the button that closes it. */
export function focusInside(event: Event): void {
  event.preventDefault()
  const dialog = event.currentTarget as HTMLElement
  // A field with autoFocus has it already.
  if (dialog.contains(document.activeElement)) return
  const field = dialog.querySelector<HTMLElement>('input:not([hidden]), select, textarea')
  ;(field ?? dialog).focus()
}
