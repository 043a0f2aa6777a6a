import type { ShortcutGroup } from '../keyboard.ts'
import { usePreferences } from '../preferences.ts'
import { Dialog } from '../ui/Dialog.tsx'
import { Kbd } from '../ui/Kbd.tsx'
import { closeHelp, useHelp } from './helpState.ts'

const groups: ShortcutGroup[] = ['Page', 'List', 'General', 'Go to']

/** What the keyboard does here and now. */
export function Help() {
  const shortcuts = useHelp()
  const { letterKeys } = usePreferences()
  return (
    <Dialog
      open={shortcuts !== undefined}
      onClose={closeHelp}
      title="Keyboard shortcuts"
      size="lg"
      {...(!letterKeys && { lead: 'Shortcuts of single letters are switched off in the preferences.' })}
    >
      <div className="gap-8 md:columns-2">
        {groups.map((group) => {
          const mine = (shortcuts ?? []).filter((shortcut) => shortcut.group === group)
          return (
            mine.length > 0 && (
              <section key={group} className="mb-4 break-inside-avoid">
                <h3 className="mb-1 text-sm font-semibold text-muted">{group}</h3>
                <dl>
                  {mine.map(({ keys, label }) => (
                    <div key={keys} className="flex items-center justify-between gap-4 border-b border-border py-1">
                      <dt>{label}</dt>
                      <dd>
                        <Kbd keys={keys} />
                      </dd>
                    </div>
                  ))}
                </dl>
              </section>
            )
          )
        })}
      </div>
    </Dialog>
  )
}
