import { Download } from 'lucide-react'
import { plural } from '#console/format.ts'
import { usePaletteActions } from '#console/shell/paletteState.ts'
import { Button } from '#console/ui/Button.tsx'
import { Menu } from '#console/ui/Menu.tsx'
import { toastError } from '#console/ui/Toaster.tsx'
import type { AuditSearch } from './filters.ts'
import { exportEntries } from './queries.ts'

/** Everything that the filters leave, whatever the page. */
export function ExportMenu({ search, count = 0 }: { search: AuditSearch; count: number | undefined }) {
  const save = (format: 'csv' | 'ndjson') => (): void => void exportEntries(format, search).catch(toastError)
  const items = [
    { label: 'CSV for spreadsheets', onSelect: save('csv') },
    { label: 'NDJSON, one record a line', onSelect: save('ndjson') },
  ]
  usePaletteActions([
    { label: 'Export the audit log as CSV', icon: Download, run: save('csv') },
    { label: 'Export the audit log as NDJSON', icon: Download, run: save('ndjson') },
  ])
  return (
    <Menu
      items={[{ heading: `${plural(count, 'record')}, oldest first. The export is recorded.` }, ...items]}
      trigger={<Button icon={Download}>Export</Button>}
    />
  )
}
