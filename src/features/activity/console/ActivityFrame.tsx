import type { ReactNode } from 'react'
import { pb } from '#console/paths.ts'
import { PageHeader } from '#console/ui/PageHeader.tsx'
import { Segments } from '#console/ui/Segments.tsx'
import { Tabs } from '#console/ui/Tabs.tsx'
import { DemoNote } from '#console/shell/DemoNote.tsx'
import { rangeOptions, useRange } from './range.ts'

/** What all pages of activity have in common: title, range and tabs. */
export function ActivityFrame({ children }: { children: ReactNode }) {
  const { range, setRange } = useRange()
  const search = { days: range }
  return (
    <>
      <PageHeader
        title="Activity"
        lead="Who does what, how often and how fast. Sums by the hour, counted in UTC."
        actions={<Segments label="How far back" value={range} options={rangeOptions} onChange={setRange} />}
      />
      <Tabs
        label="Views of activity"
        tabs={[
          { to: pb.activity(), label: 'Overview', search },
          { to: pb.activity('users'), label: 'Users', search },
          { to: pb.activity('endpoints'), label: 'Endpoints', search },
          { to: pb.activity('logins'), label: 'Logins', search },
          { to: pb.activity('resources'), label: 'Resources', search },
        ]}
      />
      <DemoNote>{children}</DemoNote>
    </>
  )
}
