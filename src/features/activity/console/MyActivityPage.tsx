import { MeTabs } from '#console/shell/MeTabs.tsx'
import { PageHeader } from '#console/ui/PageHeader.tsx'
import { Timeline } from './Timeline.tsx'

export default function MyActivityPage() {
  return (
    <>
      <PageHeader
        title="My activity"
        lead="What was done with my account. Something you did not do? Change your password."
      />
      <MeTabs />
      <Timeline />
    </>
  )
}
