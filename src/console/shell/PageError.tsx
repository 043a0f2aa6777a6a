import { useRouter, type ErrorComponentProps } from '@tanstack/react-router'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'

/** What a page shows when it fails as a whole. A new version on the server is the likeliest reason for a missing file. */
export function PageError({ error: thrown, reset }: ErrorComponentProps) {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  const router = useRouter()
  const isMissingFile = /dynamically imported module|module script|Unable to preload/i.test(error.message)
  const retry = (): void => {
    if (isMissingFile) return location.reload()
    reset()
    void router.invalidate()
  }
  return (
    <div className="max-w-3xl">
      <PageHeader
        title="This page failed"
        {...(isMissingFile && { lead: 'A file of it could not be loaded, perhaps because the server was updated.' })}
      />
      <ErrorPanel error={error} onRetry={retry} />
    </div>
  )
}
