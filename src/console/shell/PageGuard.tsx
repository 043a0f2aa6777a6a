import type { ComponentType } from 'react'
import { useCan } from '../me.ts'
import type { Page } from '../pages.ts'
import { Forbidden } from './Forbidden.tsx'

interface PageGuardProps {
  page: Pick<Page, 'title' | 'permission'>
  component: ComponentType
}

/** Shows the page to those who may read it and tells all others what they lack. */
export function PageGuard({ page: { title, permission }, component: Component }: PageGuardProps) {
  const can = useCan()
  return permission && !can(permission).ok ? <Forbidden title={title} permission={permission} /> : <Component />
}
