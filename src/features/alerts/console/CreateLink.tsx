import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { useCan } from '#console/me.ts'
import { Button, ButtonLink } from '#console/ui/Button.tsx'

interface CreateLinkProps {
  to: string
  icon: LucideIcon
  children: ReactNode
}

/** The main button of a page about alerts: where something new is made, for those who may. */
export function CreateLink({ to, icon, children }: CreateLinkProps) {
  const { ok, reason } = useCan()('alerts:write')
  return ok ? (
    <ButtonLink to={to} search variant="primary" icon={icon}>
      {children}
    </ButtonLink>
  ) : (
    <Button variant="primary" icon={icon} disabledReason={reason}>
      {children}
    </Button>
  )
}
