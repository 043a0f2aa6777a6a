import { MeTabs } from '#console/shell/MeTabs.tsx'
import { PageHeader } from '#console/ui/PageHeader.tsx'
import { MyKeysPanel } from './MyKeysPanel.tsx'

export default function MyKeysPage() {
  return (
    <>
      <PageHeader title="My API keys" lead="For programs. Each allows what you may do, or less." />
      <MeTabs />
      <MyKeysPanel />
    </>
  )
}
