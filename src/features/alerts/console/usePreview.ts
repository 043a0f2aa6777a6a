import { useQuery } from '@tanstack/react-query'
import type { Reply } from '#kernel/contract.ts'
import type { Api } from '#console/api.ts'
import { call } from '#console/client.ts'
import { useCan } from '#console/me.ts'
import { isComplete, type RuleDraft } from './ruleDraft.ts'
import { useSettled } from './useSettled.ts'

export type Preview = Reply<Api['POST /alerts/preview']>

const settledMs = 700
/** Time goes on while somebody writes. */
const againMs = 15_000

/** How often the rule would have fired, once what is written stays as it is for a moment. */
export function usePreview({ name: _name, ...draft }: RuleDraft, hours: number) {
  const allowed = useCan()('alerts:write').ok
  const { condition, severity, for_seconds, interval_seconds, keep_firing_seconds, no_data, on_error } = draft
  const times = [for_seconds, interval_seconds, keep_firing_seconds]
  const rule = useSettled(
    JSON.stringify({ condition, severity, for_seconds, interval_seconds, keep_firing_seconds, no_data, on_error }),
    settledMs,
  )
  const isWhole = isComplete(condition) && times.every((seconds) => !Number.isNaN(seconds))
  const query = useQuery({
    queryKey: ['alert-preview', rule, hours],
    queryFn: ({ signal }) =>
      call('POST /alerts/preview', { body: { rule: { name: 'preview', ...JSON.parse(rule) }, hours }, signal }),
    enabled: allowed && isWhole,
    retry: false,
    staleTime: againMs,
    refetchInterval: againMs,
    placeholderData: (before) => before,
  })
  return { ...query, isWhole, isAllowed: allowed }
}
