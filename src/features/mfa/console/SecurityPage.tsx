import { MeTabs } from '#console/shell/MeTabs.tsx'
import { PageHeader } from '#console/ui/PageHeader.tsx'
import { SecurityPanel } from './SecurityPanel.tsx'

export default function SecurityPage() {
  return (
    <>
      <PageHeader title="Security" lead="How you log in." />
      <MeTabs />
      <SecurityPanel />
    </>
  )
}
