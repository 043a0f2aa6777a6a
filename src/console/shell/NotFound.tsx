import { useLocation } from '@tanstack/react-router'
import { Search } from 'lucide-react'
import { pb } from '../paths.ts'
import { Button, ButtonLink } from '../ui/Button.tsx'
import { Card } from '../ui/Card.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { openPalette } from './paletteState.ts'

export function NotFound() {
  const path = useLocation({ select: ({ pathname }) => pathname })
  return (
    <>
      <PageHeader title="Not found" />
      <Card>
        <EmptyState
          kind="filtered"
          title="There is no page here"
          action={
            <>
              <Button icon={Search} onClick={openPalette}>
                Search
              </Button>
              <ButtonLink to={pb.overview()}>Go to the start</ButtonLink>
            </>
          }
        >
          <code className="font-mono break-all">{path}</code> was moved, removed or never existed.
        </EmptyState>
      </Card>
    </>
  )
}
