/** Copies text also where the clipboard API is missing: on plain http from another machine. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text)
  const area = document.createElement('textarea')
  area.value = text
  area.style.position = 'fixed'
  area.style.opacity = '0'
  // Inside an open dialog the focus may not leave it.
  const host = document.querySelector('[role="dialog"][data-modal]') ?? document.body
  const focused = document.activeElement
  host.append(area)
  area.select()
  document.execCommand('copy')
  area.remove()
  if (focused instanceof HTMLElement) focused.focus()
}
