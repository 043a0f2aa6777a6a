import { Play } from 'lucide-react'
import { useCan } from '#console/me.ts'
import { Button, ButtonLink } from '#console/ui/Button.tsx'
import { runAddress } from './again.ts'
import { writers } from './queries.ts'

export function RunLink() {
  const { ok, reason } = useCan()(writers)
  return ok ? (
    <ButtonLink to={runAddress().to} search variant="primary" icon={Play}>
      Run command
    </ButtonLink>
  ) : (
    <Button variant="primary" icon={Play} disabledReason={reason}>
      Run command
    </Button>
  )
}
