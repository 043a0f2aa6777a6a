import { useParams } from '@tanstack/react-router'
import { Search } from 'lucide-react'
import { findable } from '../finders.ts'
import { pb } from '../paths.ts'
import { Button, ButtonLink } from '../ui/Button.tsx'
import { Card } from '../ui/Card.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { openPalette } from './paletteState.ts'

/** Shown where `/go/<kind>/<key>` leads nowhere. */
export function NotFindable() {
  const { kind = '', key = '' } = useParams({ strict: false })
  const isKnown = findable.includes(kind)
  return (
    <>
      <PageHeader title="Not found" />
      <Card>
        <EmptyState
          kind="filtered"
          title={isKnown ? `There is no such ${kind}` : 'Nothing is found this way'}
          action={
            <>
              <Button icon={Search} onClick={openPalette}>
                Search
              </Button>
              <ButtonLink to={kind === 'alert' ? pb.alerts('history') : pb.overview()}>
                {kind === 'alert' ? 'History of alerts' : 'Go to the start'}
              </ButtonLink>
            </>
          }
        >
          {isKnown ? (
            <>
              <code className="font-mono break-all">{key}</code> is not known, or older than what is kept.
            </>
          ) : (
            <>
              <code className="font-mono break-all">/go/{kind}</code> finds nothing; these do:{' '}
              {findable.map((one) => `/go/${one}/…`).join(', ')}.
            </>
          )}
        </EmptyState>
      </Card>
    </>
  )
}
