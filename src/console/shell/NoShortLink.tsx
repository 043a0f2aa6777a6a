import { pb } from '../paths.ts'
import { ButtonLink } from '../ui/Button.tsx'
import { Card } from '../ui/Card.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'

/** Shown where a short link leads nowhere. */
export function NoShortLink() {
  return (
    <>
      <PageHeader title="Not found" />
      <Card>
        <EmptyState
          kind="filtered"
          title="There is no such short link"
          action={<ButtonLink to={pb.overview()}>Go to the start</ButtonLink>}
        >
          It was cut on its way here, or nobody followed it for longer than links are kept.
        </EmptyState>
      </Card>
    </>
  )
}
