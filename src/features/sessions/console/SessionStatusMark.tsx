import { Status } from '#console/ui/Status.tsx'
import { isOnItsWay, statusLevels, statusWords, type SessionStatus } from './words.ts'

export const SessionStatusMark = ({ status }: { status: SessionStatus }) => (
  <Status level={statusLevels[status]} busy={isOnItsWay(status)}>
    {statusWords[status]}
  </Status>
)
