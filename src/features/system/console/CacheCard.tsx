import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '#console/client.ts'
import { formatBytes, formatNumber, formatPercent, plural } from '#console/format.ts'
import { useCan } from '#console/me.ts'
import { queryClient } from '#console/queryClient.ts'
import { Button } from '#console/ui/Button.tsx'
import { Card } from '#console/ui/Card.tsx'
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { Facts } from '#console/ui/Facts.tsx'
import { TextField } from '#console/ui/Field.tsx'
import { Form, FormActions, Submit } from '#console/ui/Form.tsx'
import { Meter } from '#console/ui/Meter.tsx'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import { toastDone } from '#console/ui/Toaster.tsx'
import { cacheQuery } from './queries.ts'

const refresh = (): Promise<void> => queryClient.invalidateQueries({ queryKey: cacheQuery.queryKey })

const clear = async (): Promise<void> => {
  const { entries_removed } = await call('POST /system/clear-cache')
  await refresh()
  toastDone(`${plural(entries_removed, 'entry', 'entries')} removed`)
}

export function CacheCard() {
  const cache = useQuery(cacheQuery)
  const can = useCan()
  const [clearing, setClearing] = useState(false)
  if (cache.error && !cache.data)
    return <ErrorPanel error={cache.error} what="the cache" onRetry={() => void cache.refetch()} />
  if (!cache.data) {
    return (
      <Card title="Cache">
        <Skeleton className="h-48 w-full" />
      </Card>
    )
  }
  const { details, total_keys, hits, misses, hit_rate, memory_usage_bytes, memory_usage_bytes_max } = cache.data
  return (
    <Card
      title="Cache"
      aside={
        <Button size="sm" disabledReason={can('system:write').reason} onClick={() => setClearing(true)}>
          Clear all
        </Button>
      }
    >
      <Facts
        facts={[
          ['Where', details],
          ['Entries', formatNumber(total_keys)],
          [
            'Found',
            hits + misses === 0
              ? 'nothing asked yet'
              : `${formatPercent(hit_rate * 100)} of ${plural(hits + misses, 'read')}`,
          ],
          [
            'Memory',
            <Meter
              key="memory"
              label="Memory of the cache"
              percent={(memory_usage_bytes / memory_usage_bytes_max) * 100}
              text={`${formatBytes(memory_usage_bytes)} of ${formatBytes(memory_usage_bytes_max)}`}
              warnFrom={101}
              errorFrom={101}
            />,
          ],
        ]}
      />
      {can('system:write').ok && <ForgetModel />}
      <ConfirmDialog
        open={clearing}
        onClose={() => setClearing(false)}
        title="Clear the cache"
        confirm="Clear cache"
        danger={false}
        onConfirm={clear}
      >
        {plural(total_keys, 'entry is', 'entries are')} forgotten. Answers are slower until they have been made again.
      </ConfirmDialog>
    </Card>
  )
}

/** Answers of one model, where it was changed or is used no more. */
function ForgetModel() {
  const [modelId, setModelId] = useState('')
  const forget = async (): Promise<void> => {
    const { entries_removed } = await call('POST /admin/cache/invalidate/{model_id*}', {
      params: { model_id: modelId.trim() },
    })
    await refresh()
    toastDone(`${plural(entries_removed, 'answer')} of ${modelId.trim()} removed`)
    setModelId('')
  }
  return (
    <div className="mt-4 border-t border-border pt-3">
      <Form onSubmit={forget}>
        <TextField
          name="model_id"
          label="Forget the answers of one model"
          placeholder="openai/gpt-4"
          autoComplete="off"
          spellCheck={false}
          value={modelId}
          onChange={({ target }) => setModelId(target.value)}
        />
        <FormActions>
          <Submit
            variant="secondary"
            disabledReason={modelId.trim() === '' ? 'Write the id of a model first' : undefined}
          >
            Forget
          </Submit>
        </FormActions>
      </Form>
    </div>
  )
}
