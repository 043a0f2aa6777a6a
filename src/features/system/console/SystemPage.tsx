import { pb } from '#console/paths.ts'
import { SettingsTabs } from '#console/shell/SettingsTabs.tsx'
import { ButtonLink } from '#console/ui/Button.tsx'
import { PageHeader } from '#console/ui/PageHeader.tsx'
import { SystemPanel } from './SystemPanel.tsx'

export default function SystemPage() {
  return (
    <>
      <PageHeader
        title="Settings"
        lead="The components of this installation and what can be done to them."
        actions={<ButtonLink to={pb.processes()}>Stop or restart</ButtonLink>}
      />
      <SettingsTabs />
      <SystemPanel />
    </>
  )
}
