import { useState } from 'react'
import { plural } from '#console/format.ts'
import { useShortcuts } from '#console/keyboard.ts'
import { Button } from '#console/ui/Button.tsx'
import { Checkbox } from '#console/ui/Checkbox.tsx'
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx'
import { JsonDiff } from '#console/ui/JsonDiff.tsx'
import { toastDone } from '#console/ui/Toaster.tsx'
import { changesOf, problemOf, type SettingChange } from './draft.ts'
import { setDraft, useDraft } from './draftState.ts'
import { saveSettings, type Setting } from './queries.ts'

/** At the bottom while something is changed and not saved, in whatever section. */
export function SaveBar({ settings, yourAddress }: { settings: readonly Setting[]; yourAddress: string | null }) {
  const draft = useDraft()
  const [reviewing, setReviewing] = useState(false)
  const [force, setForce] = useState(false)
  const changes = changesOf(draft, settings)
  const wrong = changes.find(({ setting, after }) => problemOf(setting, after) !== undefined)
  const disabledReason = wrong && `${wrong.setting.key}: ${problemOf(wrong.setting, wrong.after)}`
  const review = (): void => setReviewing(disabledReason === undefined)
  const discard = (): void => setDraft(() => ({}))
  useShortcuts(changes.length > 0 ? [{ keys: '$mod+s', label: 'Review and save', group: 'Page', run: review }] : [])
  if (changes.length === 0) return null
  const close = (): void => {
    setReviewing(false)
    setForce(false)
  }
  return (
    <div
      role="toolbar"
      aria-label="Changed settings"
      className="sticky bottom-0 z-20 mt-3 flex flex-wrap items-center gap-2 rounded-lg border border-strong bg-raised px-3 py-2 shadow-float"
    >
      <output className="mr-auto">
        {plural(changes.length, 'change')} <span className="max-sm:sr-only">not saved</span>
      </output>
      <Button onClick={discard}>Discard</Button>
      <Button variant="primary" disabledReason={disabledReason} onClick={review}>
        Review and save
      </Button>
      <ConfirmDialog
        open={reviewing}
        onClose={close}
        title="Save these settings?"
        confirm={`Save ${plural(changes.length, 'setting')}`}
        danger={false}
        onConfirm={async () => {
          const changed = await saveSettings(draft, { force })
          discard()
          toastDone(`${plural(changed.length, 'setting')} saved and in force`)
        }}
      >
        <div className="flex flex-col gap-3">
          <p>They take effect at once, in every server, and are recorded in the audit log.</p>
          <JsonDiff before={valuesOf(changes, 'before')} after={valuesOf(changes, 'after')} />
          {restrictsAddresses(changes) && (
            <>
              <p>
                Your address is <code className="font-mono text-text">{yourAddress ?? 'not known'}</code>. A list that
                does not hold it locks you out.
              </p>
              <Checkbox
                label="Save it even if it locks me out"
                checked={force}
                onChange={({ target }) => setForce(target.checked)}
              />
            </>
          )}
        </div>
      </ConfirmDialog>
    </div>
  )
}

const valuesOf = (changes: SettingChange[], side: 'before' | 'after'): Record<string, unknown> =>
  Object.fromEntries(changes.map((change) => [change.setting.key, change[side]]))

const restrictsAddresses = (changes: SettingChange[]): boolean =>
  changes.some(({ setting, after }) => setting.key === 'ip_allow_list' && Array.isArray(after) && after.length > 0)
