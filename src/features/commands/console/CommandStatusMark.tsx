import { Status } from '#console/ui/Status.tsx'
import type { Command } from './queries.ts'
import { shownStatus, statusLevels } from './words.ts'

export function CommandStatusMark({ command }: { command: Command }) {
  const { word, isBusy } = shownStatus(command)
  return (
    <Status level={statusLevels[command.status]} busy={isBusy}>
      {word}
    </Status>
  )
}
